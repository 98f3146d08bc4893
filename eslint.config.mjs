import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["node_modules/**", ".peerlab/**", "dist/**"] },
  ...tseslint.configs.recommended,
  {
    rules: {
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
      "@typescript-eslint/consistent-type-imports": "error",
      eqeqeq: "error",
    },
  },
  {
    // Mocha loads its reporter as it is, and so does the runner of policy packs what starts the pack.
    files: ["tests/reporter.js", "policy/main.js"],
    rules: { "@typescript-eslint/no-require-imports": "off" },
  },
  {
    // Who may import whom: the stand-in must never learn the rules from the library it is there to catch.
    files: ["local/**/*.ts"],
    rules: {
      "no-restricted-imports": [
        "error",
        { patterns: ["**/components", "**/components/**", "@pulumi/azure-native*"] },
      ],
    },
  },
  {
    // These verbs, and rollouts, are for labs on Azure as well.
    files: ["lab/**/*.ts", "rollout/**/*.ts"],
    rules: {
      "no-restricted-imports": ["error", { patterns: ["**/local/**"] }],
    },
  },
  {
    files: ["components/**/*.ts"],
    rules: {
      "no-restricted-imports": ["error", { patterns: ["**/local/**", "**/engine/**"] }],
    },
  },
  {
    files: ["components/plan/**/*.ts"],
    rules: {
      "no-restricted-imports": [
        "error",
        { patterns: ["@pulumi/*", "**/local/**", "**/engine/**"] },
      ],
    },
  },
  {
    // Node's --require takes CommonJS.
    files: ["**/*.cjs"],
    rules: { "@typescript-eslint/no-require-imports": "off" },
  },
  {
    // The pack starts anew for each preview: what it loads has to be small, and to hold for stacks without our components.
    files: ["policy/**/*.ts"],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          patterns: [
            { group: ["@pulumi/*", "!@pulumi/policy", "**/local/**", "**/engine/**"] },
            { regex: "/components(?!/plan/)" },
          ],
        },
      ],
    },
  },
);
