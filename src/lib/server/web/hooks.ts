import { error, type RequestEvent } from '@sveltejs/kit';
import { readBytes } from './api-body.ts';
import { parts } from './app.ts';
import { signedBySendgrid, signedByTwilio } from './signatures.ts';

/** reference/security.md, bodies; a batch of SendGrid's is larger than a form. */
const MOST_BATCH = 1024 * 1024;
const PREFIX = 'x-twilio-email-event-webhook-';

const bytesOf = async (request: Request, most?: number): Promise<Uint8Array> =>
	(await readBytes(request, most)) ?? error(413);

/**
 * The fields of a call that Twilio signed with one of our tokens; anything else is refused. The
 * address is the configured one with the path and query of the request.
 */
export async function requireTwilioSignature({
	request,
	url
}: Pick<RequestEvent, 'request' | 'url'>): Promise<Record<string, string>> {
	const { origin, channels } = parts().config;
	if (!channels.twilio) error(404);
	const signature = request.headers.get('x-twilio-signature') ?? '';
	const text = new TextDecoder().decode(await bytesOf(request));
	const fields = new URLSearchParams(text);
	const address = `${origin}${url.pathname}${url.search}`;
	if (!signedByTwilio(channels.twilio.tokens, signature, address, fields)) error(403);
	return Object.fromEntries(fields);
}

/** The body of a call that SendGrid signed within the last minutes; anything else is refused. */
export async function requireSendgridSignature({
	request
}: Pick<RequestEvent, 'request'>): Promise<unknown> {
	const keys = parts().config.channels.sendgrid?.hookKeys ?? [];
	if (keys.length === 0) error(404);
	const body = await bytesOf(request, MOST_BATCH);
	const signature = request.headers.get(`${PREFIX}signature`) ?? '';
	const timestamp = request.headers.get(`${PREFIX}timestamp`) ?? '';
	if (!signedBySendgrid(keys, { signature, timestamp }, body, new Date())) error(401);
	try {
		return JSON.parse(new TextDecoder().decode(body)) as unknown;
	} catch {
		return error(400);
	}
}
