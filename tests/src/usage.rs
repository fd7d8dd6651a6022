//! The CPU time, memory and written bytes of a process, as Linux counts them.

use std::time::Duration;

/// CPU time that a process has had, user and system.
pub fn cpu_time(id: u32) -> Duration {
    let stat = read(id, "stat");
    let fields: Vec<&str> = stat
        .rsplit(')')
        .next()
        .expect("a rest")
        .split_whitespace()
        .collect();
    let ticks = |index: usize| fields[index].parse::<u64>().expect("ticks");
    // fields 14 and 15 of proc(5), in hundredths of a second
    Duration::from_millis((ticks(11) + ticks(12)) * 10)
}

/// Bytes of a process that are in memory.
pub fn resident(id: u32) -> u64 {
    size(id, "VmRSS:")
}

/// Bytes of a process that were in memory at once, at most.
pub fn peak(id: u32) -> u64 {
    size(id, "VmHWM:")
}

fn size(id: u32, name: &str) -> u64 {
    let status = read(id, "status");
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB"));
    let kilobytes: u64 = kilobytes.expect("a size").parse().expect("a number");
    kilobytes << 10
}

/// Bytes that a process has had written to disk.
pub fn written(id: u32) -> u64 {
    let io = read(id, "io");
    let mut lines = io.lines();
    let bytes = lines.find_map(|line| line.strip_prefix("write_bytes: "));
    bytes.expect("a count").parse().expect("a number")
}

fn read(id: u32, file: &str) -> String {
    std::fs::read_to_string(format!("/proc/{id}/{file}")).expect("the process runs")
}
