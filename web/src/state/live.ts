// One line to the server's events for the whole page: it resumes where it broke, waits longer after
// each failure, and rests while nobody looks.
import { ref } from 'vue'
import { ApiError } from '../http'
import { readEvents, type ServerEvent } from '../sse'
import { mayWatch } from './session'

// off: not wanted or not offered; connecting: the first time; live; waiting: until `retryAt`.
export type Line = 'off' | 'connecting' | 'live' | 'waiting'

const SILENCE_MS = 40_000 // the server says something every 15 s
const WAIT_MS_FIRST = 500
const WAIT_MS_MAX = 30_000
const HIDDEN_MS = 60_000

export const line = ref<Line>('off')
export const retryAt = ref(0)
export const heardAt = ref(0)

type Handler = (data: never) => void
const handlers = new Map<string, Set<Handler>>()
let lastId = ''
let failures = 0
let running: AbortController | null = null
let wake: (() => void) | null = null
let hiddenTimer = 0

export function onEvent<T>(name: string, act: (data: T) => void): () => void {
  const set = handlers.get(name) ?? new Set<Handler>()
  handlers.set(name, set)
  set.add(act as Handler)
  return () => { set.delete(act as Handler) }
}

let greeted = false // a first `reset` only repeats what `opened` did
function deliver(event: ServerEvent): void {
  lastId = event.id
  heardAt.value = Date.now()
  const again = greeted && event.name === 'reset'
  greeted = false
  if (again) return
  let data: unknown
  try {
    data = JSON.parse(event.data)
  } catch {
    data = null // `reset` needs none
  }
  if (data === null && event.name !== 'reset') return
  for (const act of handlers.get(event.name) ?? []) act(data as never)
}

function opened(): void {
  // What happened before the first connection, or before one that cannot say where it was, is
  // unknown: whoever listens loads all anew.
  const fresh = lastId === ''
  line.value = 'live'
  failures = 0
  heardAt.value = Date.now()
  greeted = fresh
  if (fresh) for (const act of handlers.get('reset') ?? []) act(null as never)
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = window.setTimeout(resolve, ms)
    wake = () => { window.clearTimeout(timer); resolve() }
    signal.addEventListener('abort', () => { window.clearTimeout(timer); resolve() }, { once: true })
  })
}

async function run(signal: AbortSignal): Promise<void> {
  line.value = 'connecting'
  while (!signal.aborted) {
    let wait: number | null = null
    try {
      await readEvents('/api/v1/events', lastId, SILENCE_MS, signal, opened, deliver)
    } catch (error) {
      if (error instanceof ApiError && (error.status === 401 || error.status === 403 || error.status === 404)) {
        line.value = 'off'
        return
      }
      if (error instanceof ApiError && error.retryAfterS !== null) wait = error.retryAfterS * 1000
    }
    if (signal.aborted) return
    // Half of the wait is chance, so that a thousand pages do not come back in one moment.
    wait = Math.min(WAIT_MS_MAX, wait ?? WAIT_MS_FIRST * 2 ** failures) * (0.5 + Math.random() / 2)
    failures++
    line.value = 'waiting'
    retryAt.value = Date.now() + wait
    await pause(wait, signal)
    wake = null
  }
}

function start(): void {
  if (running || !mayWatch.value) return
  const control = new AbortController()
  running = control
  void run(control.signal).finally(() => { if (running === control) running = null })
}

export function stopLive(): void {
  running?.abort()
  running = null
  line.value = 'off'
}

function onVisibility(): void {
  window.clearTimeout(hiddenTimer)
  if (document.hidden) hiddenTimer = window.setTimeout(stopLive, HIDDEN_MS)
  else {
    start()
    wake?.()
  }
}

export function startLive(): void {
  document.removeEventListener('visibilitychange', onVisibility)
  document.addEventListener('visibilitychange', onVisibility)
  window.removeEventListener('online', onVisibility)
  window.addEventListener('online', onVisibility)
  start()
}
