//! Carries out plans: processes, files, clocks and threads
