// Server-sent events over fetch. The browser's own EventSource cannot say Last-Event-ID on a new
// connection, cannot wait longer each time, and hides why it was refused.
import { request } from './http'

export interface ServerEvent {
  id: string
  name: string
  data: string
}

// Lines may be cut anywhere; an event ends at an empty line.
export class EventParser {
  private rest = ''
  private name = ''
  private data: string[] = []
  id = ''

  push(text: string): ServerEvent[] {
    const events: ServerEvent[] = []
    this.rest += text
    for (;;) {
      const end = this.rest.search(/\r\n|\n|\r/)
      // A CR at the very end may be half of a CRLF.
      if (end < 0 || (this.rest[end] === '\r' && end === this.rest.length - 1)) return events
      const line = this.rest.slice(0, end)
      this.rest = this.rest.slice(end + (this.rest.startsWith('\r\n', end) ? 2 : 1))
      if (line !== '') this.field(line)
      else {
        if (this.data.length > 0) events.push({ id: this.id, name: this.name || 'message', data: this.data.join('\n') })
        this.name = ''
        this.data = []
      }
    }
  }

  private field(line: string): void {
    const colon = line.indexOf(':')
    if (colon === 0) return // a comment: only shows that the line is alive
    const field = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '')
    if (field === 'id' && !value.includes('\0')) this.id = value
    else if (field === 'event') this.name = value
    else if (field === 'data') this.data.push(value)
  }
}

// Reads until the line breaks, the server ends it, or nothing has come for `silenceMs`.
export async function readEvents(path: string, lastId: string, silenceMs: number, signal: AbortSignal, opened: () => void, act: (event: ServerEvent) => void): Promise<void> {
  const own = new AbortController()
  const stop = (): void => own.abort()
  signal.addEventListener('abort', stop)
  let timer = window.setTimeout(stop, silenceMs)
  try {
    const response = await request(path, { cache: 'no-store', signal: own.signal, headers: { Accept: 'text/event-stream', ...(lastId ? { 'Last-Event-ID': lastId } : {}) } })
    if (!response.body) return
    opened()
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
    const parser = new EventParser()
    parser.id = lastId
    for (;;) {
      const { value, done } = await reader.read()
      if (done) return
      window.clearTimeout(timer)
      timer = window.setTimeout(stop, silenceMs)
      for (const event of parser.push(value)) act(event)
    }
  } finally {
    window.clearTimeout(timer)
    signal.removeEventListener('abort', stop)
    own.abort()
  }
}
