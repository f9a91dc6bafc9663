#include "bindings/pricing.h"
