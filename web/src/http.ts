// The way to the server: one place that knows about errors, cookies and the server's clock.
export interface FieldError {
  pointer: string
  detail: string
}

// What went wrong, as RFC 9457 has it; status 0 is a server that cannot be reached.
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail: string,
    readonly retryAfterS: number | null = null,
    readonly fields: FieldError[] = [],
  ) {
    super(detail)
  }
}

let unauthorised: () => void = () => undefined
let skewMs = 0
let entry = 0 // grows with each login

// Called whenever the server no longer knows who is asking.
export function onUnauthorised(act: () => void): void {
  unauthorised = act
}

// Somebody has logged in: what was asked before, and is refused only now, says nothing of him.
export function enteredAnew(): void {
  entry++
}

// The server's time: a wrong clock of the reader's computer must not make a device look silent.
export function serverNow(): number {
  return Date.now() + skewMs
}

function learnClock(response: Response): void {
  const ms = Date.parse(response.headers.get('date') ?? '')
  // The header has whole seconds; a smaller difference is not worth a jump.
  if (!Number.isNaN(ms)) skewMs = Math.abs(ms - Date.now()) > 2000 ? ms - Date.now() : 0
}

export async function errorOf(response: Response): Promise<ApiError> {
  const body = (await response.json().catch(() => null)) as { code?: unknown; detail?: unknown; title?: unknown; errors?: unknown; retry_after_s?: unknown } | null
  const text = (value: unknown): string => (typeof value === 'string' ? value : '')
  const wait = Number(response.headers.get('retry-after') ?? body?.retry_after_s ?? NaN)
  const fields = Array.isArray(body?.errors) ? (body.errors as FieldError[]).filter((e) => typeof e?.detail === 'string') : []
  return new ApiError(response.status, text(body?.code) || 'failed', text(body?.detail) || text(body?.title) || response.statusText, Number.isFinite(wait) ? Math.max(0, wait) : null, fields)
}

export async function request(path: string, init: RequestInit = {}): Promise<Response> {
  let response: Response
  const asked = entry
  try {
    response = await fetch(path, { credentials: 'same-origin', ...init })
  } catch (error) {
    if (init.signal?.aborted) throw error
    throw new ApiError(0, 'unreachable', 'The server cannot be reached.')
  }
  learnClock(response)
  if (response.ok) return response
  const error = await errorOf(response)
  // A login that is refused is an answer to the form, not the end of a session.
  if (response.status === 401 && asked === entry && !path.endsWith('/session')) unauthorised()
  throw error
}

export const read = (path: string): Promise<Response> => request(path, { cache: 'no-cache' })

// Cookies travel by themselves; the header shows that this page, and no other site's, is asking.
export function write(method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body?: unknown): Promise<Response> {
  const headers: Record<string, string> = { 'X-Requested-With': 'yancheng' }
  if (body !== undefined) headers['Content-Type'] = 'application/json'
  return request(path, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) })
}
