import { randomInt } from 'node:crypto';
import { runStep } from './processes.ts';
import { Browser } from './browser.ts';
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

/** Sets an account up with a password that stands alone. */
async function setUp(pages: Browser, path: string, password: string): Promise<void> {
	const shown = await pages.get(path);
	const secret = /name="secret" value="([A-Z2-7]+)"/.exec(shown)?.[1] ?? '';
	await pages.post(path, { password, secret, alone: 'on' });
}

/** The first account is set up and adds the others, on the pages where that is done. */
export async function makeStaff(app: number, invitation: string, password: string): Promise<void> {
	const pages = new Browser(app);
	await setUp(pages, invitation, password);
	await pages.post('/sign-in', { email: FIRST.email, password });
	for (const { email, name, roles, teams } of OTHERS) {
		const ticks = Object.fromEntries(roles.map((role) => [`role-${role}`, 'on']));
		const told = await pages.post('/console/staff?/add', { email, name, teams, ...ticks });
		await setUp(pages, INVITATION.exec(told.body)?.[0] ?? '', password);
	}
}
