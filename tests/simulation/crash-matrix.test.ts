import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { PEOPLE } from '../../src/demo/core/people.ts';
import { createRandom } from '../support/random.ts';
import { type Crash, type Lane, startLane } from './crash-lane.ts';
import { newTraveller } from './crash-customer.ts';
import { type Journey, JOURNEYS } from './crash-journeys.ts';
import {
	changesOfCases,
	crashPoints,
	flowsOfCases,
	transactionsWithoutPoints,
	unreadCrashes
} from './crash-points.ts';
import { publishOthers } from './crash-troubles.ts';
import { violations } from './invariants.ts';

const LONG = Boolean(process.env.TAPDONE_TEST_LONG);
const ROUNDS = LONG ? 20 : 1;
/** Databases side by side: a journey mostly waits for the next look at the queue. */
const LANES = LONG ? 6 : 3;
const PERSONAL = [...PEOPLE.map(([name]) => name), '491709[0-9]{6}'].join('|');
/** The second message of a journey carries the code. */
const SECOND = /^(send-message|settle-message):/;

const seed = process.env.TAPDONE_SEED ?? randomBytes(6).toString('hex');
const random = createRandom(seed);
const points = crashPoints();
const lanes: Lane[] = [];
afterAll(async () => {
	for (const lane of lanes) await lane.close();
});

/** Transactions that no customer, integrator or job waits for. */
const OFF_THE_PATH = [
	// Reads only.
	'src/lib/server/audit/verify-record.ts verifyRecord',
	// Steps of a deploy.
	'src/lib/server/db/grant-role.ts grantRole',
	// Acts of people in one transaction each: it was done or not, and a second look says which. Receipts
	// of erasures are written out by any node.
	...[
		'add-staff.ts addStaff',
		'approve-change.ts approveChange',
		'approve-erasure.ts approveErasure',
		'begin-incident-act.ts beginIncidentAct',
		'cancel-incident-act.ts cancelIncidentAct',
		'change-staff.ts changeStaff',
		'confirm-again.ts confirmAgain',
		'decline-erasure.ts declineErasure',
		'end-proposal.ts endProposal',
		'identify-customer.ts identifyCustomer',
		'legal-holds.ts recorded',
		'look-up-customer.ts recordLook',
		'pass-second-factor.ts passSecondFactor',
		'propose-change.ts proposeChange',
		'propose-rollback.ts proposeRollback',
		'publish-workflow.ts publishWorkflow',
		'put-back.ts putBack',
		'rebind-factor.ts rebindFactor',
		'repeat-erasures.ts eraseAgain',
		'request-erasure.ts requestErasure',
		'save-workflow-draft.ts saveWorkflowDraft',
		'set-up-account.ts setUpAccount',
		'sign-in.ts signIn',
		'switch-off.ts switchOff'
	].map((act) => `src/lib/server/flows/${act}`)
];

test('every commit on the path, and every point that is named in the source, is one of the matrix', () => {
	expect(transactionsWithoutPoints()).toEqual(OFF_THE_PATH);
	expect(unreadCrashes()).toEqual([]);
	expect(flowsOfCases()).toHaveLength(changesOfCases());
	expect(points.length).toBeGreaterThan(80);
	for (const [name, journey] of Object.entries(JOURNEYS))
		expect(
			points.filter((point) => journey.points.test(point)),
			name
		).not.toEqual([]);
});

test(
	`the process is killed at ${LONG ? 'each' : 'half'} of ${points.length} points and nothing is lost or done twice`,
	{ timeout: 7_200_000 },
	async () => {
		const second = points.filter((one) => SECOND.test(one)).map((one) => `${one}.2`);
		// Mixed anew in each round: every death is met by other journeys, and followed by another death.
		const rounds = Array.from({ length: ROUNDS }, () => mixed([...points, ...second]));
		// The short form takes a half of them, another one each time: all of them take minutes.
		const all = rounds.flat().slice(0, LONG ? undefined : points.length / 2);
		const shares = Array.from({ length: LANES }, (_, lane) =>
			all.filter((_, index) => index % LANES === lane)
		);
		const started = performance.now();
		const crashes = (await Promise.all(shares.map(walk))).flat();
		const seconds = ((performance.now() - started) / 1000).toFixed(0);
		console.log(
			`crash matrix: ${crashes.length} kills in ${seconds} s (seed ${seed})\n${table(crashes)}`
		);
		expect(crashes.map(({ point }) => point).sort()).toEqual([...all].sort());
	}
);

const mixed = <Value>(values: Value[]): Value[] =>
	values
		.map((value) => ({ value, at: random.next() }))
		.sort((one, other) => one.at - other.at)
		.map(({ value }) => value);

/** One lane: journey after journey, chosen by the point that waits for it, until none is left. */
async function walk(share: string[], index: number): Promise<Crash[]> {
	const lane = await startLane(share);
	lanes.push(lane);
	await publishOthers(lane);
	let number = index * 10_000;
	for (let missed = 0; lane.armed();) {
		const before = lane.crashes.length;
		const point = lane.armed() ?? '';
		const [name, journey] = journeyTo(point);
		await travel(lane, name, journey, (number += 1));
		// The end of a journey may be seen a moment before the process that made it is dead.
		for (let waited = 0; waited < 40 && lane.crashes.length === before; waited += 1) {
			await sleep(25);
			await lane.alive();
		}
		// Which of two jobs comes first is not for sure: a point may be missed once.
		missed = lane.crashes.length === before ? missed + 1 : 0;
		if (missed > 1) throw new Error(`"${name}" does not lead to ${point}.`);
	}
	await lane.passTime(3_600);
	expect(await violations(await lane.checked(PERSONAL, true))).toEqual([]);
	return lane.crashes;
}

const journeyTo = (point: string): [string, Journey] => {
	const found = Object.entries(JOURNEYS).findLast(([, { points }]) => points.test(point));
	if (!found) throw new Error(`No journey leads to ${point}.`);
	return found;
};

async function travel(lane: Lane, name: string, journey: Journey, number: number): Promise<void> {
	const { core, db, vault } = lane.fleet;
	const id = `T-${number}`;
	const like = await core.customer(journey.like ?? 'C-1001');
	// The simulated phone lets messages to certain last digits fail; not to these.
	await core.put({ ...like, id, phone: `+491709${String(number).padStart(5, '0')}5` });
	lane.begin(name);
	try {
		await journey.go(newTraveller(lane, id, number));
	} catch (error) {
		throw new Error(`${name} with ${lane.armed()} after ${lane.crashes.length}: ${String(error)}`, {
			cause: error
		});
	}
	await lane.alive();
	await core.noFaults();
	const cases = await db
		.selectFrom('cases')
		.select('stage')
		.where('customer_hash', '=', vault.hash('customer', id))
		.execute();
	const effects = await core.effects(id);
	const told = `${name} after ${lane.crashes.at(-1)?.point}`;
	expect(cases, told).toEqual([{ stage: journey.end }]);
	expect(effects, told).toHaveLength(journey.end === 'resolved' ? 1 : 0);
	expect(await violations(await lane.checked(PERSONAL, false)), told).toEqual([]);
}

function table(crashes: Crash[]): string {
	const names = [...new Set(crashes.map(({ point }) => point))].sort();
	const rows = names.map((name) => {
		const runs = crashes.filter(({ point }) => point === name);
		const ways = [...new Set(runs.map(({ journey }) => journey))].join('; ');
		return `${name.padEnd(40)} ${String(runs.length).padStart(4)}  held  ${ways}`;
	});
	return [`${'point'.padEnd(40)} runs  result  during`, ...rows].join('\n');
}
