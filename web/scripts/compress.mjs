// A gzip twin beside every file that shrinks, for the server to send as it is.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

function walk(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) walk(path)
    else if (/\.(js|css|html|svg|json)$/.test(entry.name)) {
      const plain = readFileSync(path)
      const packed = gzipSync(plain, { level: 9 })
      if (packed.length < plain.length * 0.9) writeFileSync(`${path}.gz`, packed)
    }
  }
}

walk(new URL('../dist', import.meta.url).pathname)
