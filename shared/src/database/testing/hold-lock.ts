// A process that holds the write lock until it is disconnected or killed. Argument: url.
import { openConnection } from '../connection.js'
import { databaseFile } from '../url.js'

process.once('disconnect', () => process.exit()) // also when the test's process is gone

const [url = ''] = process.argv.slice(2)
const connection = await openConnection(databaseFile(url))
connection.exec('BEGIN IMMEDIATE')
process.send?.('held')
