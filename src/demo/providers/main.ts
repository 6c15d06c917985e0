/**
 * The demo's providers as their own process: Twilio and SendGrid as they speak, on this machine.
 *
 * DEMO_TWILIO_PORT, DEMO_SENDGRID_PORT (0: a free one), DEMO_APP_URL (where they call back), and
 * DEMO_TWILIO_ACCOUNT, DEMO_TWILIO_TOKEN, DEMO_SENDGRID_KEY (what the app calls them with). Prints one
 * line of JSON when both listen.
 */
import { startSendgrid } from './sendgrid.ts';
import { startTwilio } from './twilio.ts';

const {
	DEMO_TWILIO_PORT: twilioPort = '0',
	DEMO_SENDGRID_PORT: sendgridPort = '0',
	DEMO_APP_URL: app = 'http://localhost:3000',
	DEMO_TWILIO_ACCOUNT: accountSid = '',
	DEMO_TWILIO_TOKEN: token = '',
	DEMO_SENDGRID_KEY: key = ''
} = process.env;

/** Between the things that are told: so that a person can see them come. */
const DELAY_MS = 700;

const twilio = await startTwilio({
	port: Number(twilioPort),
	accountSid,
	token,
	inbound: `${app}/hooks/twilio`,
	delayMs: DELAY_MS
});
const sendgrid = await startSendgrid({
	port: Number(sendgridPort),
	key,
	hook: `${app}/hooks/sendgrid`
});
process.stdout.write(
	`${JSON.stringify({ twilio: twilio.url, sendgrid: sendgrid.url, hookKey: sendgrid.hookKey })}\n`
);

for (const signal of ['SIGINT', 'SIGTERM'] as const)
	process.once(signal, () => {
		void Promise.all([twilio.close(), sendgrid.close()]).then(() => process.exit(0));
	});
