export { startPostgres, type PostgresOptions, type RunningPostgres } from './launcher.ts'
export { supervisePostgres, type SupervisedPostgres } from './supervised.ts'
