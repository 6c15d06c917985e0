import { openSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseDocument } from 'yaml';
import type { Memory } from './memory.ts';
import { start } from './processes.ts';
import { type Place, type Running, watch } from './servers.ts';

/** Of the range that is kept free for films, like everybody's in the demo. */
const NUMBER = '+4917604069099';
const sid = (kind: string, digit: string) => `${kind}${digit.repeat(32)}`;

/** What the providers' process prints. */
interface Listening {
	twilio: string;
	sendgrid: string;
	hookKey: string;
}

/**
 * Twilio and SendGrid of this machine as a process of its own, and the settings that lead the app to
 * them. Started before the app, which they call back.
 */
export async function startProviders(
	{ root, data }: Pick<Place, 'root' | 'data'>,
	{ app, token }: Memory
): Promise<Running & { settings: NodeJS.ProcessEnv }> {
	await mkdir(data, { recursive: true, mode: 0o700 });
	const log = join(data, 'demo-providers.log');
	const [account, key] = [sid('AC', '0'), `SG.${token}`];
	const child = start('providers', [join(root, 'src/demo/providers/main.ts')], {
		cwd: root,
		stdio: ['ignore', 'pipe', openSync(log, 'a', 0o600)],
		env: {
			PATH: process.env['PATH'],
			DEMO_APP_URL: `http://localhost:${app}`,
			DEMO_TWILIO_ACCOUNT: account,
			DEMO_TWILIO_TOKEN: token,
			DEMO_SENDGRID_KEY: key
		}
	});
	const ended = watch(child, 'The providers', log);
	if (!child.stdout) throw new Error('The providers have no output.');
	const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
	const line = await Promise.race([lines.next(), ended]);
	const { twilio, sendgrid, hookKey } = JSON.parse(String(line.value)) as Listening;
	return {
		ended,
		settings: {
			TAPDONE_TWILIO_ACCOUNT: account,
			TAPDONE_TWILIO_TOKENS: token,
			TAPDONE_TWILIO_FROM: NUMBER,
			TAPDONE_TWILIO_WHATSAPP: NUMBER,
			TAPDONE_TWILIO_API: twilio,
			TAPDONE_SENDGRID_KEY: key,
			TAPDONE_SENDGRID_API: sendgrid,
			TAPDONE_SENDGRID_HOOK_KEYS: hookKey,
			TAPDONE_MAIL_FROM: 'service@nordlicht.example.org'
		}
	};
}

/** What a template's places hold, by what its text holds. */
const placesOf = (texts: string): string[] =>
	['brand', 'link', 'code'].filter((name) => texts.includes(`{${name}}`));

/**
 * The starters with templates of WhatsApp, as an organisation names its own after Meta has approved
 * them. Gives the paths of the copies.
 */
export async function withTemplates(files: string[], { root, data }: Place): Promise<string[]> {
	const folder = join(data, 'workflows');
	await mkdir(folder, { recursive: true });
	return Promise.all(
		files.map(async (file) => {
			const document = parseDocument(readFileSync(join(root, file), 'utf8'));
			const { languages, templates } = document.toJS() as {
				languages: string[];
				templates: Record<string, { texts: Record<string, string> }>;
			};
			for (const [index, [name, { texts }]] of Object.entries(templates).entries()) {
				const content = Object.fromEntries(
					languages.map((language) => [language, sid('HX', String(index + 1))])
				);
				const variables = placesOf(Object.values(texts)[0] ?? '');
				document.setIn(['templates', name, 'whatsapp'], { content, variables });
			}
			const copy = join(folder, basename(file));
			await writeFile(copy, document.toString({ lineWidth: 0 }));
			return copy;
		})
	);
}
