/** What `npm run rollout -- --help` says. */
import type { Verb } from "./arguments";

const call = "npm run rollout --";

const ofVerbs: Readonly<Record<Verb, string>> = {
  plan: `${call} plan [--to STAGE | --only STAGE]
    previews each stage, and says whether what is planned is within its limits and its policies; nothing is changed
      ${call} plan --markdown plan.md

--to STAGE    that stage and all waves before its own
--only STAGE  that stage alone`,
  up: `${call} up [--to STAGE | --only STAGE] [--resume] [--yes]
    rolls the lab out: wave after wave, each stage through its gates; it stops where a gate does not open
      ${call} up --to staging

--to STAGE    that stage and all waves before its own
--only STAGE  that stage alone; its freshness is about the wave before, whoever rolled that out
--resume      goes on with the rollout that was interrupted, or that waits: what succeeded in it is not done again.
              Ends with 1 where there is none
--yes         asks nothing at a terminal; it is no approval`,
  status: `${call} status [--to STAGE | --only STAGE]
    says how each stage stands: what its record says, and what is otherwise now
      ${call} status --only prod`,
  approve: `${call} approve STAGE [--by NAME]
    records that NAME agrees to what is there now for the stage: its configuration, commit, library and guest files; any change of
    these needs another approval
      ${call} approve prod --by ada`,
  rollback: `${call} rollback STAGE [--yes]
    takes the stage back to its last good configuration and program, through the same gates; identities are not touched
      ${call} rollback prod

--yes  asks nothing at a terminal`,
  drift: `${call} drift [--to STAGE | --only STAGE] [--proof]
    finds what was changed behind the program's back, in the cloud and inside of the machines; nothing is changed
      ${call} drift --only prod --json drift.json

--proof  lets the machines prove each other, too`,
  generate: `${call} generate github [--output FILE] [--branch BRANCH] [--node-version VERSION]
    writes the stages as a workflow of GitHub Actions: a job for each stage, each with a protected environment
      ${call} generate github --output .github/workflows/rollout.yaml
${call} generate operator --repository URL [--output FILE] [--branch BRANCH | --commit COMMIT] [--namespace NAME]
    [--organization NAME] [--git-secret NAME] [--service-account NAME] [--approved STAGE]... [--resync DURATION]
    writes the stages as Stack resources of the Pulumi Kubernetes Operator, each with its prerequisites
      ${call} generate operator --repository https://github.com/example/lab --output stacks.yaml`,
};

const shared = `--file FILE      the rollout.yaml; the one in the current folder by default. Projects are named from its folder
--json FILE      writes the report as JSON
--markdown FILE  writes the report for a pull request

The exit code is 0 where all is done, 1 where something failed or a gate did not open, 2 where what was asked for waits, 3 where
drift was found, 4 where a stage could not be asked, and 64 where the command or rollout.yaml is wrong. docs/rollout.md says all.`;

/** The text for one verb, or for all. */
export function helpText(verb: Verb | "all"): string {
  if (verb === "generate") return ofVerbs.generate;
  return verb === "all"
    ? `${Object.values(ofVerbs).join("\n\n")}\n\n${shared}`
    : `${ofVerbs[verb]}\n\n${shared}`;
}
