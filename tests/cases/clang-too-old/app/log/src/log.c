#include "bindings/log.h"
