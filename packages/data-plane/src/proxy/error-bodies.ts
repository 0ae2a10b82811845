/** Bodies of the gateway's own errors, in the four forms Kong has, chosen by `Accept` as Kong reads it. */

type ErrorForm = 'json' | 'html' | 'xml' | 'plain'

const forms: Readonly<Record<string, ErrorForm>> = {
  'application/json': 'json',
  'text/html': 'html',
  'application/xml': 'xml',
  'text/plain': 'plain',
  'text/*': 'plain',
  '*/*': 'json',
  'application/*': 'json',
}

const contentTypes: Readonly<Record<ErrorForm, string>> = {
  json: 'application/json; charset=utf-8',
  html: 'text/html; charset=utf-8',
  xml: 'application/xml; charset=utf-8',
  plain: 'text/plain; charset=utf-8',
}

const mediaRange = /^((?:[a-z0-9][-a-z0-9!#$&^_+.]+|\*)\/(?:[a-z0-9][-a-z0-9!#$&^_+.]+|\*))(.*)$/i
const quality = /^\s*;\s*q=(1(?:\.0{0,3})?|0(?:\.\d{0,3})?)/i

/** The form with the greatest quality; the first of equals; JSON if nothing fits. */
function chooseForm(accept: string): ErrorForm {
  let chosen: ErrorForm = 'json'
  let best = 0
  for (const part of accept.split(',')) {
    const match = mediaRange.exec(part.trim())
    if (!match) continue
    const q = qualityOf(match[2]!)
    if (q <= best) continue
    best = q
    // Kong compares the type with letter case.
    chosen = forms[match[1]!] ?? 'json'
  }
  return chosen
}

function qualityOf(parameters: string): number {
  for (const parameter of parameters.split(/(?=;)/)) {
    const match = quality.exec(parameter)
    if (match) return Number(match[1])
  }
  return 1
}

export interface ErrorBody {
  readonly contentType: string
  readonly body: string
}

export function errorBody(message: string, requestId: string, accept: string): ErrorBody {
  const form = chooseForm(accept)
  return { contentType: contentTypes[form], body: render(form, message, requestId) }
}

function render(form: ErrorForm, message: string, requestId: string): string {
  switch (form) {
    case 'json':
      return `{\n  "message":${JSON.stringify(message)},\n  "request_id":"${requestId}"\n}`
    case 'plain':
      return `${message}\nrequest_id: ${requestId}\n`
    case 'xml':
      return `<?xml version="1.0" encoding="UTF-8"?>\n<error>\n  <message>${escapeMarkup(message)}</message>\n  <requestid>${requestId}</requestid>\n</error>\n`
    case 'html':
      return `<!doctype html>\n<html>\n  <head>\n    <meta charset="utf-8">\n    <title>Error</title>\n  </head>\n  <body>\n    <h1>Error</h1>\n    <p>${escapeMarkup(message)}.</p>\n    <p>request_id: ${requestId}</p>\n  </body>\n</html>\n`
  }
}

function escapeMarkup(text: string): string {
  return text.replace(/[&<>]/g, (c) => (c === '&' ? '&amp;' : c === '<' ? '&lt;' : '&gt;'))
}

/** The page nginx puts where nobody gave a body. */
export function statusPage(title: string): string {
  return `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n</body>\r\n</html>\r\n`
}
