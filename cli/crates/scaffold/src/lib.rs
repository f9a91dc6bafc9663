//! Renders templates into new apps and components
