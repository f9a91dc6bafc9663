//! Sums.

pub fn sum(numbers: &[u32]) -> u32 {
    let all: Vec<String> = numbers.iter().map(u32::to_string).collect();
    all.join("+")
}
