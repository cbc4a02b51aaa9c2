//! How people order over the years, without mail. One file per model.

pub mod bg_nbd;
