import { breaksHeaders, headersOf } from './mail.ts';
import { withoutAnswer } from './no-answer.ts';
import type { ChannelPort, SendResult } from './port.ts';
import { READ_MS, type SmtpSettings, WRITE_MS } from './settings.ts';

/** Mails of one connection, and connections at once: what a small mail server takes without a frown. */
const POOL = { pool: true, maxConnections: 5, maxMessages: 100 } as const;

/** E-mail by any mail server. It tells nothing afterwards and lists nothing. */
export async function createSmtp({ url, from }: SmtpSettings): Promise<ChannelPort & Closing> {
	const { createTransport } = await import('nodemailer');
	const transport = createTransport({
		...POOL,
		url,
		connectionTimeout: READ_MS,
		greetingTimeout: READ_MS,
		socketTimeout: WRITE_MS,
		// What we send is text that we made: no file and no address is ever read for it.
		disableFileAccess: true,
		disableUrlAccess: true
	});
	const host = from.slice(from.lastIndexOf('@') + 1);

	return {
		async send(message, attempt): Promise<SendResult> {
			if (breaksHeaders(message))
				return { outcome: 'failed', provider: 'smtp', code: 'bad-header' };
			const { id, to, sender, subject, body } = message;
			// The same in every repeat, so that a mailbox can tell that it has it already.
			const messageId = `<${id}@${host}>`;
			try {
				await transport.sendMail({
					messageId,
					from: { name: sender, address: from },
					to: { name: '', address: to },
					subject,
					text: body,
					headers: headersOf(message)
				});
				return { outcome: 'accepted', provider: 'smtp', providerId: `${id}.${attempt}` };
			} catch (error) {
				return resultOf(error);
			}
		},
		close: () => transport.close()
	};
}

export interface Closing {
	close(): void;
}

/** A reply has a number; where nothing was replied, what was under way decides what may have been taken. */
function resultOf(error: unknown): SendResult {
	const { code, command, responseCode } = error as {
		code?: string;
		command?: string;
		responseCode?: number;
	};
	if (responseCode !== undefined)
		return { outcome: 'failed', provider: 'smtp', code: String(responseCode) };
	if (code === 'EAUTH') return { outcome: 'failed', provider: 'smtp', code: '535' };
	// Until the text is on its way nothing can have been taken.
	if (command === 'CONN') return { outcome: 'unavailable', reason: 'not-connected' };
	return withoutAnswer(code);
}
