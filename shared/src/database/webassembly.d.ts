// @types/node 20 declares no WebAssembly, and lib "DOM" would bring a browser with it.
declare namespace WebAssembly {
  interface Instance {
    readonly exports: { __wbindgen_start(): void }
  }
  function instantiate(bytes: Uint8Array, imports: Record<string, object>): Promise<{ instance: Instance }>
}
