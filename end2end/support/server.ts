import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** The built binary under test. */
export function tributary(): string {
    const path = process.env.TRIBUTARY_BIN;
    if (path === undefined) {
        throw new Error('TRIBUTARY_BIN names the built server; `make e2e` sets it.');
    }
    return path;
}

/** Runs one command of the binary to its end. */
export function run(database: string, ...command: string[]): Promise<string> {
    return runWith(undefined, database, ...command);
}

/** The same, with something on its standard input. */
export async function runWith(input: string | undefined, database: string, ...command: string[]): Promise<string> {
    const child = spawn(tributary(), ['--database', `sqlite://${database}`, ...command], {
        cwd: dirname(database),
        stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    });
    const output = collect(child);
    child.stdin?.end(input);
    const code = await new Promise<number | null>((resolve, reject) => {
        child.once('error', reject);
        child.once('close', resolve);
    });
    if (code !== 0) {
        throw new Error(`tributary ${command.join(' ')} ended with ${code}:\n${output()}`);
    }
    return output();
}

/** The file in each template's folder. */
export const DATABASE = 'tributary.db';

/** The databases that the global set-up makes. */
export type Template = 'demo' | 'sandbox' | 'production';

/** A server on a random port, over its own copy of one of them. */
export interface Server {
    /** The address, without a slash at the end. */
    url: string;
    /** The database's file. */
    database: string;
    /** The folder of that file, which goes with the server. */
    folder: string;
    /** What it has printed so far. */
    output(): string;
    /** The mails it has sent so far, the oldest first. */
    mails(): string[];
    /** Ends it and removes its database; throws if it had panicked or ended before. */
    stop(): Promise<void>;
}

/** Copies a database that the global set-up made, and serves the copy. */
export async function startServer(template: Template): Promise<Server> {
    const templates = process.env.TRIBUTARY_TEMPLATES;
    if (templates === undefined) {
        throw new Error('the global set-up made no databases');
    }
    const folder = mkdtempSync(join(tmpdir(), 'tributary-server-'));
    cpSync(join(templates, template), folder, { recursive: true });
    const database = join(folder, DATABASE);
    const child = spawn(tributary(), ['--database', `sqlite://${database}`, 'serve', '--listen', '127.0.0.1:0'], {
        cwd: folder,
        stdio: ['ignore', 'pipe', 'pipe'],
    });
    const output = collect(child);
    const url = await address(child, output);
    return {
        url,
        database,
        folder,
        output,
        mails() {
            const letters = join(folder, 'var', 'mail');
            const names = existsSync(letters) ? readdirSync(letters).filter((name) => name.endsWith('.eml')) : [];
            return names.sort().map((name) => readFileSync(join(letters, name), 'utf8'));
        },
        async stop() {
            const endedEarly = child.exitCode !== null || child.signalCode !== null;
            await end(child);
            rmSync(folder, { recursive: true, force: true });
            if (endedEarly || output().includes('panicked at')) {
                throw new Error(`the server failed:\n${output()}`);
            }
        },
    };
}

function collect(child: ChildProcess): () => string {
    let text = '';
    const add = (chunk: Buffer) => {
        text += chunk.toString();
    };
    child.stdout?.on('data', add);
    child.stderr?.on('data', add);
    return () => text;
}

/** Waits until the server has printed where it listens. */
function address(child: ChildProcess, output: () => string): Promise<string> {
    return new Promise((resolve, reject) => {
        const fail = (reason: string) => {
            child.kill('SIGKILL');
            reject(new Error(`${reason}:\n${output()}`));
        };
        const timer = setTimeout(() => fail('the server printed no address within 30 s'), 30_000);
        const look = () => {
            const match = /http:\/\/127\.0\.0\.1:\d+/.exec(output());
            if (match !== null) {
                clearTimeout(timer);
                resolve(match[0]);
            }
        };
        child.stdout?.on('data', look);
        child.stderr?.on('data', look);
        child.once('error', (error) => fail(String(error)));
        child.once('exit', (code) => {
            clearTimeout(timer);
            fail(`the server ended with ${code}`);
        });
    });
}

async function end(child: ChildProcess): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) {
        return;
    }
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
    await gone;
    clearTimeout(timer);
}
