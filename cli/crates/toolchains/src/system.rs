//! Programs of the system that installations use.

use conjoin_plan::ToolSpec;

const COREUTILS: &str = "install the package coreutils of your system";
const FINDUTILS: &str = "install the package findutils of your system";

pub(crate) static CHMOD: ToolSpec = ToolSpec::program("CONJOIN_CHMOD", &["chmod"], COREUTILS);
pub(crate) static CP: ToolSpec = ToolSpec::program("CONJOIN_CP", &["cp"], COREUTILS);
pub(crate) static FIND: ToolSpec = ToolSpec::program("CONJOIN_FIND", &["find"], FINDUTILS);
pub(crate) static LN: ToolSpec = ToolSpec::program("CONJOIN_LN", &["ln"], COREUTILS);
pub(crate) static RM: ToolSpec = ToolSpec::program("CONJOIN_RM", &["rm"], COREUTILS);
pub(crate) static XARGS: ToolSpec = ToolSpec::program("CONJOIN_XARGS", &["xargs"], FINDUTILS);
