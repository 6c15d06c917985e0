import { randomInt } from 'node:crypto';
import { CannotGoOn, runStep } from './processes.ts';
import type { Place } from './servers.ts';

interface Person {
	email: string;
	name: string;
	/** For the terminal. */
	does: string;
	roles: string[];
	/** Owners and backups of the workflows; a star makes a lead. */
	teams: string;
}

/** The people of the demo's organisation. */
const PEOPLE: Person[] = [
	{
		email: 'adam@demo.example',
		name: 'Adam Administrator',
		does: 'manages accounts, asks for erasures, reads the record of acts',
		roles: ['administrator', 'auditor'],
		teams: ''
	},
	{
		email: 'ana@demo.example',
		name: 'Ana Agent',
		does: 'takes exceptions on the desk',
		roles: ['agent'],
		teams: 'service-desk payment-desk arrangements record-care data-care'
	},
	{
		email: 'lea@demo.example',
		name: 'Lea Lead',
		does: 'leads the teams: gives out exceptions, takes what is overdue',
		roles: ['agent'],
		teams: 'team-lead* service-desk* payment-desk* arrangements* record-care* data-care*'
	},
	{
		email: 'olaf@demo.example',
		name: 'Olaf Operations',
		does: 'writes policies and proposes them, works the system queue',
		roles: ['operations'],
		teams: 'operations'
	},
	{
		email: 'petra@demo.example',
		name: 'Petra Approver',
		does: 'publishes what somebody else proposed, says yes or no as the second person',
		roles: ['approver'],
		teams: ''
	}
];

const SOUNDS = ['ba', 'de', 'fi', 'go', 'ku', 'la', 'me', 'ni', 'po', 'ru', 'sa', 'te', 'vi', 'wo'];
const word = () => Array.from({ length: 3 }, () => SOUNDS[randomInt(SOUNDS.length)]).join('');

/** One for all of the demo, easily typed: some 45 bits. */
export const newPassphrase = (): string => Array.from({ length: 4 }, word).join('-');

/** What the terminal says about who can sign in. */
export const peopleLines = (): string =>
	PEOPLE.map(({ email, does }) => `  ${email.padEnd(20)} ${does}`).join('\n');

const INVITATION = /\/sign-in\/set-up\/[\w-]{43}/;

/** The one who manages accounts comes from the command line, before the app takes the database. */
const [FIRST, ...OTHERS] = PEOPLE as [Person, ...Person[]];

/** @returns the path at which the first account is set up */
export async function inviteFirst({ root, env }: Place, cli: string): Promise<string> {
	const options = { cwd: root, env };
	const { email, name, roles } = FIRST;
	const given = ['add', email, '--name', name, ...roles.flatMap((role) => ['--role', role])];
	// 1: an earlier start added it and broke off before it was set up.
	const added = await runStep([cli, ...given], options, { good: [0, 1] });
	const told = added.trim() || (await runStep([cli, 'invite', email], options));
	return INVITATION.exec(told)?.[0] ?? '';
}

/** The app's pages as a browser of the staff uses them. */
class Pages {
	#cookie = '';
	readonly #here: string;
	readonly #origin: string;
	constructor(port: number) {
		this.#here = `http://127.0.0.1:${port}`;
		this.#origin = `http://localhost:${port}`;
	}

	async post(path: string, fields: Record<string, string>): Promise<string> {
		const answer = await fetch(this.#here + path, {
			method: 'POST',
			redirect: 'manual',
			headers: { origin: this.#origin, accept: 'text/html', cookie: this.#cookie },
			body: new URLSearchParams(fields)
		});
		if (answer.status >= 400)
			throw new CannotGoOn(
				`The staff's accounts could not be made: ${path} says ${answer.status}.`
			);
		this.#cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? this.#cookie;
		return answer.text();
	}

	/** Sets an account up with a password that stands alone. */
	async setUp(path: string, password: string): Promise<void> {
		const shown = await (await fetch(this.#here + path)).text();
		const secret = /name="secret" value="([A-Z2-7]+)"/.exec(shown)?.[1] ?? '';
		await this.post(path, { password, secret, alone: 'on' });
	}
}

/** The first account is set up and adds the others, on the pages where that is done. */
export async function makeStaff(app: number, invitation: string, password: string): Promise<void> {
	const pages = new Pages(app);
	await pages.setUp(invitation, password);
	await pages.post('/sign-in', { email: FIRST.email, password });
	for (const { email, name, roles, teams } of OTHERS) {
		const ticks = Object.fromEntries(roles.map((role) => [`role-${role}`, 'on']));
		const told = await pages.post('/console/staff?/add', { email, name, teams, ...ticks });
		await pages.setUp(INVITATION.exec(told)?.[0] ?? '', password);
	}
}
