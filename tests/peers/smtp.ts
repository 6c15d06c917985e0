import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import PostalMime, { type Email } from 'postal-mime';
import { SMTPServer } from 'smtp-server';

export interface SmtpPeer {
	url: string;
	/** Mails that were taken, read as a mail program reads them. */
	taken: Email[];
	/** Recipients of the envelope, which decide where a mail goes. */
	envelopes: string[][];
	/** The reply to the next recipient, such as 550; `null` takes everybody. */
	refuse(code: number | null): void;
	/** Other credentials are wanted from now on. */
	setPassword(password: string): void;
	close(): Promise<void>;
}

/** A mail server that keeps what it takes. */
export async function startSmtp(): Promise<SmtpPeer> {
	const taken: Email[] = [];
	const envelopes: string[][] = [];
	let refused: number | null = null;
	let wanted = 'secret';
	const server = new SMTPServer({
		disabledCommands: ['STARTTLS'],
		allowInsecureAuth: true,
		onAuth({ username, password }, _session, done) {
			if (username === 'tapdone' && password === wanted) done(null, { user: username });
			else done(Object.assign(new Error('No'), { responseCode: 535 }));
		},
		onRcptTo(_address, _session, done) {
			done(refused ? Object.assign(new Error('No'), { responseCode: refused }) : null);
		},
		onData(stream, session, done) {
			const chunks: Buffer[] = [];
			stream.on('data', (chunk: Buffer) => chunks.push(chunk));
			stream.on('end', () => {
				envelopes.push(session.envelope.rcptTo.map(({ address }) => address));
				PostalMime.parse(Buffer.concat(chunks)).then(
					(mail) => {
						taken.push(mail);
						done();
					},
					(error: Error) => done(error)
				);
			});
		}
	});
	const listening = server.listen(0, '127.0.0.1');
	await once(listening, 'listening');
	const { port } = listening.address() as AddressInfo;
	return {
		url: `smtp://tapdone:secret@127.0.0.1:${port}`,
		taken,
		envelopes,
		refuse: (code) => void (refused = code),
		setPassword: (password) => void (wanted = password),
		close: () => new Promise((resolve) => server.close(() => resolve()))
	};
}
