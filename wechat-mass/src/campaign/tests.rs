//! The state machine, step by step.
