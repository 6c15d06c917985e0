import { setTimeout as pause } from 'node:timers/promises';
import type { Agent } from 'node:http';
import { fillCounter } from '../support/time.ts';
import { newAgent } from './browser.ts';
import { PROVIDERS } from './callbacks.ts';
import { fillReminders, waitingReminders } from './fill-reminders.ts';
import { type Invited, invite, phoneOf, RANGE } from './invited.ts';
import { press } from './journey.ts';
import { forMany } from './many.ts';
import type { Options } from './options.ts';
import { type SlowProvider, startSlowProvider } from './slow-provider.ts';
import { startStage, type Stage } from './stage.ts';
import { printTable, ratio, rounded } from './table.ts';

/** Until a provider answers, milliseconds. */
const PROVIDER_MS = 100;
/** Between two customers who ask for a code. */
const PACE_MS = 100;
/** A code that has not left by then is lost, and that is an error. */
const LOST_MS = 60_000;

/** From the press that asks for a code until the provider has it, with and without reminders. */
export async function benchCodes({ reminders, codes, connections }: Options): Promise<void> {
	const provider = await startSlowProvider(PROVIDER_MS);
	const stage = await startStage({ ...PROVIDERS, TAPDONE_TWILIO_API: provider.url });
	const agent = newAgent(connections);
	try {
		// What a range of numbers may get grows with the codes that are typed right: here none is.
		await fillCounter(stage, { key: `sends-verified-${RANGE}`, seconds: 3_600 }, 1_000_000);
		await ways(stage, agent, provider, 30);
		const alone = await ways(stage, agent, provider, codes);
		const url = stage.database.url ?? '';
		const [model] = await invite(stage, 1);
		const customers = await ready(stage, agent, codes);
		console.log(`\nFilling the tables with ${reminders.toLocaleString('en')} reminders …`);
		await fillReminders(url, model!.caseId, reminders);
		// Not the first moments after so many rows came from nowhere.
		await pause(2_000);
		const before = await waitingReminders(url);
		const behind = await waysOf(customers, provider);
		const after = await waitingReminders(url);
		print(alone, behind, { codes, reminders });
		console.log(
			`\n  Reminders that waited: ${before.toLocaleString('en')} at the first code, ${after.toLocaleString('en')} at the last.`
		);
	} finally {
		await stage.close();
		await provider.close();
	}
}

/** A customer at the page that offers a code. */
interface Ready {
	phone: string;
	ask: () => Promise<unknown>;
}

async function ready(stage: Stage, agent: Agent, count: number): Promise<Ready[]> {
	const customers: Ready[] = [];
	await forMany(await invite(stage, count), agent.maxSockets, async (one: Invited) => {
		const { browser, verify } = await press(stage, agent, one);
		const ask = () => browser.press(`${verify}?/send`, { channel: 'sms' });
		customers.push({ phone: phoneOf(one.customer), ask });
	});
	return customers;
}

const ways = async (stage: Stage, agent: Agent, provider: SlowProvider, count: number) =>
	waysOf(await ready(stage, agent, count), provider);

/** Milliseconds of each way, shortest first. They ask one after the other, whoever has to wait. */
async function waysOf(customers: Ready[], { cameAt }: SlowProvider): Promise<number[]> {
	cameAt.clear();
	const asked = customers.map(async ({ phone, ask }, index) => {
		await pause(index * PACE_MS);
		const at = Date.now();
		await ask();
		return { phone, at };
	});
	const all = await Promise.all(asked);
	for (const end = Date.now() + LOST_MS; !all.every(({ phone }) => cameAt.has(phone));) {
		if (Date.now() > end) throw new Error('A code did not come to the provider.');
		await pause(20);
	}
	return all.map(({ phone, at }) => cameAt.get(phone)! - at).sort((a, b) => a - b);
}

const percentile = (sorted: number[], share: number): number =>
	sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? NaN;

function print(
	alone: number[],
	behind: number[],
	{ codes, reminders }: Pick<Options, 'codes' | 'reminders'>
): void {
	const row = (name: string, share: number) => {
		const [one, other] = [percentile(alone, share), percentile(behind, share)];
		return [name, rounded(one), rounded(other), ratio(other / one)];
	};
	printTable(
		`Milliseconds from the press to the provider, ${codes} codes, one each ${PACE_MS} ms, to a provider that answers after ${PROVIDER_MS}`,
		['', 'no reminders', `${reminders.toLocaleString('en')} waiting`, 'ratio'],
		[row('median', 0.5), row('90 of 100', 0.9), row('99 of 100', 0.99)]
	);
}
