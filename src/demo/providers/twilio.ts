import { createHmac, randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { listen, readBody, sendJson } from './http.ts';
import { createScripts, type Script, type Scripts, toldBy } from './script.ts';

/** A message as this Twilio has it. */
export interface TwilioMessage {
	sid: string;
	to: string;
	from: string;
	body: string;
	contentSid: string | null;
	/** `{"1": …}` of a template. */
	contentVariables: Record<string, string>;
	validityPeriod: number | null;
	status: string;
	errorCode: number | null;
	at: Date;
	callback: string | null;
}

export interface TwilioPeer {
	url: string;
	accountSid: string;
	/** Signs callbacks and must be given with every call; another one is refused. */
	token: string;
	scripts: Scripts;
	/** Everything that was taken, in order. */
	taken: TwilioMessage[];
	/** Calls that came, whatever was answered. */
	calls: { method: string; path: string; status: number }[];
	/** Other credentials are wanted from now on. */
	setToken(token: string): void;
	/** Tells a status of a message that was taken; gives the answer's status code. */
	report(sid: string, status: string, code?: string): Promise<number>;
	/** A person writes to our number. */
	say(from: string, text: string, more?: Record<string, string>): Promise<number>;
	/** Everything that was to be told has been told. */
	told(): Promise<void>;
	close(): Promise<void>;
}

export interface TwilioOptions {
	port?: number;
	accountSid?: string;
	token?: string;
	/** Where messages to our number are told. */
	inbound?: string;
	/** The address that the public one of callbacks is reached at, where that is another. */
	reach?: (url: string) => string;
	/** Between the things that are told. */
	delayMs?: number;
}

const newSid = (kind: string): string => `${kind}${randomBytes(16).toString('hex')}`;
const ARRIVES = ['queued', 'sent', 'delivered'];

/** `X-Twilio-Signature` of form fields at a public address. */
export const signTwilio = (token: string, url: string, fields: Record<string, string>): string =>
	createHmac('sha1', token)
		.update(
			Object.keys(fields)
				.sort()
				.reduce((text, name) => text + name + fields[name], url)
		)
		.digest('base64');

/** A server that speaks Twilio's messages, so that its own SDK works against it, with faults by script. */
export async function startTwilio(options: TwilioOptions = {}): Promise<TwilioPeer> {
	const accountSid = options.accountSid ?? newSid('AC');
	let token = options.token ?? randomBytes(16).toString('hex');
	const scripts = createScripts();
	const taken: TwilioMessage[] = [];
	const calls: TwilioPeer['calls'] = [];
	const telling = new Set<Promise<unknown>>();
	const messagesPath = `/2010-04-01/Accounts/${accountSid}/Messages`;

	async function post(url: string, fields: Record<string, string>): Promise<number> {
		const response = await fetch(options.reach?.(url) ?? url, {
			method: 'POST',
			headers: {
				'content-type': 'application/x-www-form-urlencoded',
				'x-twilio-signature': signTwilio(token, url, fields),
				'i-twilio-idempotency-token': newSid('')
			},
			body: new URLSearchParams(fields)
		});
		await response.text();
		return response.status;
	}

	async function report(sid: string, status: string, code?: string): Promise<number> {
		const message = taken.find((one) => one.sid === sid);
		if (message) {
			message.status = status;
			message.errorCode = code ? Number(code) : null;
		}
		if (!message?.callback) return 0;
		return post(message.callback, {
			AccountSid: accountSid,
			MessageSid: sid,
			MessageStatus: status,
			SmsSid: sid,
			SmsStatus: status,
			To: message.to,
			From: message.from,
			...(code && { ErrorCode: code })
		});
	}

	async function tell(message: TwilioMessage, script: Script): Promise<void> {
		for (const status of toldBy(script, script.statuses ?? ARRIVES)) {
			if (options.delayMs) await new Promise((resolve) => setTimeout(resolve, options.delayMs));
			const failed = status === 'failed' || status === 'undelivered';
			await report(message.sid, status, failed ? (script.code ?? '30008') : undefined);
		}
	}

	const keep = (promise: Promise<unknown>) => {
		const settled = promise.catch(() => undefined).finally(() => telling.delete(settled));
		telling.add(settled);
	};

	async function create(request: IncomingMessage, response: ServerResponse): Promise<number> {
		const fields = new URLSearchParams((await readBody(request)).toString());
		const to = fields.get('To') ?? '';
		const script = scripts.next(to.replace(/^whatsapp:/, ''));
		if (script.fault === 'timeout') {
			response.destroy();
			return 0;
		}
		if (script.refuse) return refuse(response, Number(script.refuse));
		const message: TwilioMessage = {
			sid: newSid('SM'),
			to,
			from: fields.get('From') ?? fields.get('MessagingServiceSid') ?? '',
			body: fields.get('Body') ?? '',
			contentSid: fields.get('ContentSid'),
			contentVariables: JSON.parse(fields.get('ContentVariables') ?? '{}') as Record<
				string,
				string
			>,
			validityPeriod: Number(fields.get('ValidityPeriod')) || null,
			status: 'queued',
			errorCode: null,
			at: new Date(),
			callback: fields.get('StatusCallback')
		};
		taken.push(message);
		if (script.early) await tell(message, script);
		else keep(tell(message, script));
		if (script.fault === 'applied-then-timeout') {
			response.destroy();
			return 0;
		}
		if (script.fault === 'applied-then-500')
			return answer(response, 500, { code: 20500, message: 'Internal' });
		return answer(response, 201, shown(message));
	}

	function list(url: URL, response: ServerResponse): number {
		const to = url.searchParams.get('To');
		const after = new Date(url.searchParams.get('DateSent>') ?? 0);
		const found = taken.filter((one) => one.to === to && one.at >= after).toReversed();
		return answer(response, 200, { messages: found.map(shown), next_page_uri: null, page: 0 });
	}

	/** Somebody of the demo answers on their phone. */
	async function hear(request: IncomingMessage, response: ServerResponse): Promise<number> {
		const said = JSON.parse((await readBody(request)).toString()) as { from: string; text: string };
		const told = await say(said.from, said.text);
		return answer(response, told === 200 ? 200 : 502, { told });
	}

	async function say(from: string, text: string, more: Record<string, string> = {}) {
		if (!options.inbound) return 0;
		const To = from.startsWith('whatsapp:') ? 'whatsapp:+4915735990000' : '+4915735990000';
		const sid = newSid('SM');
		const fields = { MessageSid: sid, SmsStatus: 'received', From: from, To, Body: text };
		return post(options.inbound, { AccountSid: accountSid, ...fields, ...more });
	}

	async function route(request: IncomingMessage, response: ServerResponse): Promise<number> {
		const url = new URL(request.url ?? '/', 'http://twilio');
		const expected = `Basic ${Buffer.from(`${accountSid}:${token}`).toString('base64')}`;
		if (request.headers.authorization !== expected)
			return answer(response, 401, { code: 20003, message: 'Authenticate', status: 401 });
		if (url.pathname === '/demo/say' && request.method === 'POST') return hear(request, response);
		if (url.pathname === `${messagesPath}.json`)
			return request.method === 'POST' ? create(request, response) : list(url, response);
		const one = taken.find(({ sid }) => url.pathname === `${messagesPath}/${sid}.json`);
		return one
			? answer(response, 200, shown(one))
			: answer(response, 404, { code: 20404, message: 'Not found', status: 404 });
	}

	const server = await listen(options.port ?? 0, async (request, response) => {
		const status = await route(request, response);
		const path = (request.url ?? '').split('?')[0] ?? '';
		calls.push({ method: request.method ?? '', path, status });
	});

	return {
		url: server.url,
		accountSid,
		get token() {
			return token;
		},
		scripts,
		taken,
		calls,
		setToken: (next) => void (token = next),
		report,
		say,
		async told() {
			while (telling.size > 0) await Promise.all(telling);
		},
		close: () => server.close()
	};
}

const answer = (response: ServerResponse, status: number, body: unknown): number => {
	sendJson(response, status, body);
	return status;
};

const refuse = (response: ServerResponse, code: number): number => {
	const status = code === 20429 ? 429 : code === 20003 ? 401 : 400;
	return answer(response, status, { code, message: `Refused with ${code}`, status });
};

const shown = (one: TwilioMessage) => ({
	sid: one.sid,
	to: one.to,
	from: one.from,
	body: one.body,
	status: one.status,
	error_code: one.errorCode,
	direction: 'outbound-api',
	date_sent: one.at.toUTCString(),
	date_created: one.at.toUTCString()
});
