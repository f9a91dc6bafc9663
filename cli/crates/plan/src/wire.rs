//! Which component satisfies which import.
