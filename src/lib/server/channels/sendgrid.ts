import { breaksHeaders, headersOf } from './mail.ts';
import { withoutAnswer } from './no-answer.ts';
import type { ChannelPort, SendResult } from './port.ts';
import { type SendgridSettings, WRITE_MS } from './settings.ts';

const off = { enable: false };

/** What the package's types leave out. */
interface Client {
	client: { setDefaultRequest(name: string, value: unknown): void };
}

/** E-mail by SendGrid. It cannot list what it took: a repeat carries the same ids. */
export async function createSendgrid(settings: SendgridSettings): Promise<ChannelPort> {
	const { default: shared } = await import('@sendgrid/mail');
	const { MailService } = shared as unknown as { MailService: new () => typeof shared & Client };
	const service = new MailService();
	service.setApiKey(settings.key);
	service.setTimeout(WRITE_MS);
	service.client.setDefaultRequest('maxRedirects', 0);
	if (settings.baseUrl) service.client.setDefaultRequest('baseUrl', settings.baseUrl);

	return {
		async send(message, attempt): Promise<SendResult> {
			if (breaksHeaders(message))
				return { outcome: 'failed', provider: 'sendgrid', code: 'bad-header' };
			const { id, to, sender, subject, body } = message;
			try {
				const [answer] = await service.send({
					to,
					from: { email: settings.from, name: sender },
					subject,
					text: body,
					headers: headersOf(message),
					// Ids only: they come back with every event, and nothing else of ours does.
					customArgs: { message: id, attempt: String(attempt) },
					// It would rewrite the links, which then lead through another host.
					trackingSettings: {
						clickTracking: { ...off, enableText: false },
						openTracking: off,
						subscriptionTracking: off
					}
				});
				const header: unknown = (answer.headers as Record<string, unknown>)['x-message-id'];
				const providerId = typeof header === 'string' && header ? header : `${id}.${attempt}`;
				return { outcome: 'accepted', provider: 'sendgrid', providerId };
			} catch (error) {
				return resultOf(error);
			}
		}
	};
}

function resultOf(error: unknown): SendResult {
	const { code } = error as { code?: number | string };
	if (typeof code === 'number')
		return code >= 500
			? { outcome: 'unknown', reason: `http-${code}` }
			: { outcome: 'failed', provider: 'sendgrid', code: String(code) };
	return withoutAnswer(code);
}
