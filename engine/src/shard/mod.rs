//! Customers of some partitions (not written yet).
