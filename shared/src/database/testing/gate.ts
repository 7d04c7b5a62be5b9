/** Something to wait for until a test opens it. */
export interface Gate {
  open(): void
  readonly passed: Promise<void>
}

export function createGate(): Gate {
  let open = (): void => undefined
  const passed = new Promise<void>((resolve) => {
    open = resolve
  })
  return { open, passed }
}
