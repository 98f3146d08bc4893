/** The program of this project itself, for the stages of rollout.yaml; each stack's configuration says what its lab is like. */
export * from "../../index";
