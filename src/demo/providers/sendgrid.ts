import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { listen, readBody, sendJson } from './http.ts';
import { createScripts, type Script, type Scripts, toldBy } from './script.ts';

/** A mail as this SendGrid has it: what the caller posted, and its id. */
export interface SendgridMail {
	id: string;
	to: string;
	from: { email: string; name?: string };
	subject: string;
	text: string;
	headers: Record<string, string>;
	customArgs: Record<string, string>;
	tracking: Record<string, { enable?: boolean } | undefined>;
}

/** One event as the webhook posts it. */
export type SendgridEvent = Record<string, string | number>;

export interface SendgridPeer {
	url: string;
	key: string;
	/** Public key of the webhook, as SendGrid shows it. */
	hookKey: string;
	scripts: Scripts;
	taken: SendgridMail[];
	setKey(key: string): void;
	/** An event of a mail that was taken. */
	eventOf(mail: SendgridMail, event: string, more?: SendgridEvent): SendgridEvent;
	/** Posts these in one signed call; gives the answer's status code. */
	post(events: SendgridEvent[]): Promise<number>;
	told(): Promise<void>;
	close(): Promise<void>;
}

export interface SendgridOptions {
	port?: number;
	key?: string;
	/** Address of the event webhook. */
	hook?: string;
}

interface Posted {
	personalizations: { to: { email: string }[] }[];
	from: { email: string; name?: string };
	subject: string;
	content: { value: string }[];
	headers?: Record<string, string>;
	custom_args?: Record<string, string>;
	tracking_settings?: SendgridMail['tracking'];
}

const ARRIVES = ['processed', 'delivered'];
const HEADER = 'x-twilio-email-event-webhook';

/** Headers of a signed call at this time, over these bytes. */
export function signSendgrid(
	privateKey: Parameters<typeof sign>[2],
	body: Buffer,
	seconds: number
): Record<string, string> {
	const timestamp = String(seconds);
	const signed = Buffer.concat([Buffer.from(timestamp), body]);
	return {
		[`${HEADER}-signature`]: sign('sha256', signed, privateKey).toString('base64'),
		[`${HEADER}-timestamp`]: timestamp
	};
}

/** A server that speaks SendGrid's mail API and signs its events, with faults by script. */
export async function startSendgrid(options: SendgridOptions = {}): Promise<SendgridPeer> {
	let key = options.key ?? `SG.${randomBytes(24).toString('base64url')}`;
	const pair = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
	const scripts = createScripts();
	const taken: SendgridMail[] = [];
	const telling = new Set<Promise<unknown>>();

	function eventOf({ id, to, customArgs }: SendgridMail, event: string, more: SendgridEvent = {}) {
		return {
			email: to,
			event,
			sg_event_id: randomBytes(12).toString('base64url'),
			sg_message_id: `${id}.filter0001.1`,
			timestamp: Math.floor(Date.now() / 1_000),
			...customArgs,
			...more
		};
	}

	async function post(events: SendgridEvent[]): Promise<number> {
		if (!options.hook) return 0;
		const body = Buffer.from(`${JSON.stringify(events)}\r\n`);
		const response = await fetch(options.hook, {
			method: 'POST',
			headers: {
				'content-type': 'application/json',
				...signSendgrid(pair.privateKey, body, Math.floor(Date.now() / 1_000))
			},
			body
		});
		await response.text();
		return response.status;
	}

	async function tell(mail: SendgridMail, script: Script): Promise<void> {
		const told = (script.statuses ?? ARRIVES).map((status) =>
			eventOf(mail, status, status === 'dropped' ? { reason: script.code ?? '' } : {})
		);
		const byName = new Map(told.map((one) => [one.event, one]));
		const names = toldBy(
			script,
			told.map(({ event }) => event)
		);
		await post(names.map((name) => byName.get(name)!));
	}

	async function route(request: IncomingMessage, response: ServerResponse): Promise<void> {
		if (request.headers.authorization !== `Bearer ${key}`)
			return sendJson(response, 401, { errors: [{ message: 'authorization required' }] });
		if (request.method !== 'POST' || request.url !== '/v3/mail/send')
			return sendJson(response, 404, { errors: [{ message: 'not found' }] });
		const posted = JSON.parse((await readBody(request)).toString()) as Posted;
		const to = posted.personalizations[0]?.to[0]?.email ?? '';
		const script = scripts.next(to);
		if (script.fault === 'timeout') return void response.destroy();
		if (script.refuse)
			return sendJson(response, Number(script.refuse), { errors: [{ message: 'refused' }] });
		const mail: SendgridMail = {
			id: randomBytes(16).toString('base64url'),
			to,
			from: posted.from,
			subject: posted.subject,
			text: posted.content[0]?.value ?? '',
			headers: posted.headers ?? {},
			customArgs: posted.custom_args ?? {},
			tracking: posted.tracking_settings ?? {}
		};
		taken.push(mail);
		const ending = tell(mail, script)
			.catch(() => undefined)
			.finally(() => telling.delete(ending));
		telling.add(ending);
		if (script.early) await ending;
		if (script.fault === 'applied-then-timeout') return void response.destroy();
		if (script.fault === 'applied-then-500') return sendJson(response, 500, { errors: [] });
		sendJson(response, 202, null, { 'x-message-id': mail.id });
	}

	const server = await listen(options.port ?? 0, route);
	return {
		url: server.url,
		get key() {
			return key;
		},
		hookKey: pair.publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
		scripts,
		taken,
		setKey: (next) => void (key = next),
		eventOf,
		post,
		async told() {
			while (telling.size > 0) await Promise.all(telling);
		},
		close: () => server.close()
	};
}
