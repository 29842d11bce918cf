"""Tables that are looked at: the kernel's side of `wasm_runtime.contracts.table`."""
