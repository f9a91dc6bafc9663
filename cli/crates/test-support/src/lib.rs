//! Isolated environments, scripted fake tools and folders of golden cases
