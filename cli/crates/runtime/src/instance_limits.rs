//! Limits the memory of one instance, over all memories of its composition.

use wasmtime::ResourceLimiter;

/// The largest number of elements in all tables of one instance together.
const TABLE_ELEMENTS: usize = 2_000_000;

/// Counts the memory of an instance and refuses growth beyond the limit. The guest then sees a failed allocation.
///
/// Growth that was allowed and then failed stays counted. Wasmtime also reports failures of growth that it never asked
/// about, beyond the maximum of a memory's type. If those were subtracted, a guest could use them to hide memory that
/// it holds.
pub(crate) struct InstanceLimits {
    memory: usize,
    memory_limit: usize,
    elements: usize,
}

impl InstanceLimits {
    pub(crate) fn new(memory_limit: usize) -> Self {
        Self { memory: 0, memory_limit, elements: 0 }
    }
}

impl ResourceLimiter for InstanceLimits {
    fn memory_growing(&mut self, current: usize, desired: usize, _maximum: Option<usize>) -> wasmtime::Result<bool> {
        Ok(grow(&mut self.memory, desired.saturating_sub(current), self.memory_limit))
    }

    fn table_growing(&mut self, current: usize, desired: usize, _maximum: Option<usize>) -> wasmtime::Result<bool> {
        Ok(grow(&mut self.elements, desired.saturating_sub(current), TABLE_ELEMENTS))
    }
}

fn grow(used: &mut usize, by: usize, limit: usize) -> bool {
    let wanted = used.saturating_add(by);
    let fits = wanted <= limit;
    if fits {
        *used = wanted;
    }
    fits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_is_for_all_memories_together() {
        let mut limits = InstanceLimits::new(100);
        assert!(limits.memory_growing(0, 60, None).unwrap());
        assert!(!limits.memory_growing(0, 60, None).unwrap());
        assert!(limits.memory_growing(60, 100, None).unwrap());
    }
}
