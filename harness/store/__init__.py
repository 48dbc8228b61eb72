"""Many runs, many benches: an index over bundles, which alone are the record."""
