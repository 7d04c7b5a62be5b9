// Where a CheckpointThread begins when it runs from source.
import { register } from 'tsx/esm/api'

register()
await import('./checkpoint-worker.ts')
