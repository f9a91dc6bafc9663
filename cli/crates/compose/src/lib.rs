//! Composes components along a wiring: bytes to bytes
