//! Carriers as they are: full, pulled out, dying, lying.

#[cfg(target_os = "linux")]
mod real;
mod that_lie;
