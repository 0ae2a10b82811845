import { definePlugin, jsonReply, type Exchange, type Reply } from '@holdfast/plugin-kit'
import { parseForm } from '../parts/form.ts'
import { headerReader } from '../parts/header-reader.ts'
import { requestTerminationConfig } from './config.ts'
import { describeRequest } from './describe-request.ts'

const DEFAULT_MESSAGES: Readonly<Record<number, string>> = {
  401: 'Unauthorized',
  404: 'Not found',
  405: 'Method not allowed',
  500: 'An unexpected error occurred',
  502: 'Bad Gateway',
  503: 'Service unavailable',
}

export const requestTermination = definePlugin(requestTerminationConfig, (config, host) => {
  const { status_code: status, trigger } = config
  const message = config.message ?? DEFAULT_MESSAGES[status]
  const isMeant = trigger === null ? () => true : triggered(trigger)

  if (config.echo) {
    return {
      access: (exchange) =>
        isMeant(exchange)
          ? describeRequest(exchange, host.node).then((described) => jsonReply(status, { message, ...described }))
          : undefined,
    }
  }
  const reply = fixedReply(status, message, config.body, config.content_type)
  return { access: (exchange) => (isMeant(exchange) ? reply : undefined) }
})

function triggered(name: string): (exchange: Exchange) => boolean {
  const header = headerReader(name)
  return ({ request }) => header(request) !== undefined || (request.query !== '' && parseForm(request.query).has(name))
}

function fixedReply(
  status: number,
  message: string | undefined,
  body: string | null,
  contentType: string | null,
): Reply {
  if (body !== null)
    return contentType === null
      ? { status, body }
      : { status, headers: { 'Content-Type': withCharset(contentType) }, body }
  return message === undefined ? { status } : jsonReply(status, { message })
}

/** Text is sent as UTF-8, and said to be. */
function withCharset(contentType: string): string {
  return /^text\/(?:html|plain|xml)$/i.test(contentType) ? `${contentType}; charset=UTF-8` : contentType
}
