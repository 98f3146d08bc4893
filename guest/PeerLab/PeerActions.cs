// The actions that C# carries: what PowerShell calls.
// C# 5: Windows PowerShell 5.1 compiles this with the .NET Framework's compiler.

using System;
using System.Collections;
using System.Collections.Generic;
using System.Collections.Specialized;

namespace PeerLab
{
    /// <summary>Where an action runs.</summary>
    public sealed class ActionContext
    {
        /// <summary>The guest folder: ledger.json, presence.json, work/.</summary>
        public string Directory { get; set; }

        /// <summary>Where the user's keys are opened: session or task.</summary>
        public string OpenedIn { get; set; }

        /// <summary>The user's folder for application data; null: the one of this process.</summary>
        public string ApplicationData { get; set; }
    }

    /// <summary>
    /// The entrance to the C# part of the Windows side. A request is nested IDictionary with string keys; its envelope
    /// (contract, instance, guestFiles, userPassword) is PowerShell's affair. Failures are PeerException and PeerFailure.
    /// </summary>
    public static class PeerActions
    {
        private static readonly string[] Identity =
        {
            "New-PeerIdentity", "Export-PeerIdentity", "Import-PeerIdentity", "Get-PeerIdentity", "Remove-PeerIdentity",
        };

        private static readonly string[] StateFields = { "networking", "identities", "groups", "presence", "reconcile", "listen" };

        private static readonly string[] Group =
        {
            "New-PeerGroup", "New-PeerGroupInvitation", "Join-PeerGroup", "Get-PeerGroup", "Remove-PeerGroup",
        };

        /// <summary>Runs an action that C# carries whole: the fields of its report, without action and machine facts.</summary>
        public static OrderedDictionary Run(string action, IDictionary request, ActionContext context)
        {
            try
            {
                using (Changes(action) ? new ActionTurn(context.Directory) : null)
                {
                    return RunAction(action, request, context);
                }
            }
            catch (DllNotFoundException)
            {
                throw NoLibrary();
            }
        }

        /// <summary>
        /// The sections identities and groups of Set-PeerMachine, of Test-PeerMachine where `test`: the fields changed or
        /// drift, identities, groups. Identities in, groups in, groups out, identities out: an identity is there before its
        /// groups, and the new before the old goes. May be cut anywhere and run again.
        /// </summary>
        public static OrderedDictionary ApplyState(IDictionary request, ActionContext context, bool test)
        {
            using (test ? null : new ActionTurn(context.Directory))
            {
                return ApplyAlone(request, context, test);
            }
        }

        private static OrderedDictionary ApplyAlone(IDictionary request, ActionContext context, bool test)
        {
            PeerRequest opened = OpenState(request);
            PeerRequest groups = opened.Section("groups");
            IdentitySection identities = opened.Has("identities") ? new IdentitySection(opened.Section("identities")) : null;
            if (groups != null)
            {
                GroupActions.CheckSection(groups);
            }
            List<string> phrases = new List<string>();
            OrderedDictionary fields = new OrderedDictionary();
            try
            {
                if (IdentityStore.Reconcile(opened.Flag("reconcile"), test, context, phrases))
                {
                    Apply(identities, groups, context, test, phrases, fields);
                }
            }
            catch (Exception failure)
            {
                Exception named = failure is DllNotFoundException ? NoLibrary() : failure;
                if (!PeerCodes.MeansNoStack(PeerFailure.CodeOf(named)) || NeedsStack(request, context))
                {
                    if (named != failure)
                    {
                        throw named;
                    }
                    throw;
                }
                AddNothing(identities, groups, fields);
            }
            fields[test ? "drift" : "changed"] = phrases.ToArray();
            return fields;
        }

        /// <summary>
        /// Whether the sections identities and groups want something, or something was put here for their scopes: where not,
        /// a machine without the peer stack is as wanted too.
        /// </summary>
        public static bool NeedsStack(IDictionary request, ActionContext context)
        {
            PeerRequest opened = OpenState(request);
            PeerLedger ledger = PeerLedger.Open(context.Directory);
            foreach (string name in new string[] { "identities", "groups" })
            {
                PeerRequest section = opened.Section(name);
                if (section == null)
                {
                    continue;
                }
                string scope = section.Text("scope", IdentitySection.ScopePattern, IdentitySection.ScopeAllowed);
                int known = name == "identities" ? ledger.Identities(scope).Length : ledger.Groups(scope).Length;
                if (section.Flag("exclusive"))
                {
                    known += name == "identities" ? ledger.IdentitiesOfOthers(scope).Length : ledger.GroupsOfOthers(scope).Length;
                }
                if (known > 0 || section.List("wanted", 0).Length > 0)
                {
                    return true;
                }
            }
            return false;
        }

        /// <summary>
        /// Checks all of a request of any action of the contract, before anything is changed. Only the section networking is
        /// left to PowerShell.
        /// </summary>
        public static void CheckRequest(string action, IDictionary request)
        {
            if (Array.IndexOf(Identity, action) >= 0)
            {
                IdentityActions.Check(action, request);
                return;
            }
            if (Array.IndexOf(Group, action) >= 0)
            {
                GroupActions.Check(action, request);
                return;
            }
            switch (action)
            {
                case "Set-PeerMachine":
                    CheckState(PeerRequest.OpenProving(request, StateFields));
                    break;
                case "Test-PeerMachine":
                    PeerRequest test = OpenState(request);
                    CheckState(test);
                    PeerClock.Check(test);
                    break;
                case "Set-PeerNetworking":
                    PeerRequest.Open(request, "networking").NeededSection("networking");
                    break;
                case "Set-PeerPresence":
                    PeerRequest presence = PeerRequest.OpenProving(request, "presence", "adds");
                    PresenceState.Check(presence.NeededSection("presence"));
                    presence.Flag("adds");
                    break;
                case "Start-PeerListener":
                case "Test-PeerReachability":
                    ReachabilityActions.Check(action, request);
                    break;
                case "Test-PeerCapability":
                case "Test-PeerStack":
                case "Get-PeerPresence":
                case "Stop-PeerListener":
                case "Restart-PeerMachine":
                case "Confirm-PeerBoot":
                case "Get-PeerReport":
                    PeerRequest.Open(request);
                    break;
                case "Get-PeerDiagnostics":
                    PeerDiagnostics.Open(request);
                    break;
                default:
                    throw new ArgumentException("The contract has no such action.", "action");
            }
        }

        private static bool Changes(string action)
        {
            bool carried = Array.IndexOf(Identity, action) >= 0 || Array.IndexOf(Group, action) >= 0;
            return carried && !action.StartsWith("Get-", StringComparison.Ordinal);
        }

        private static OrderedDictionary RunAction(string action, IDictionary request, ActionContext context)
        {
            if (Array.IndexOf(Identity, action) >= 0)
            {
                return IdentityActions.Run(action, request, context);
            }
            if (Array.IndexOf(Group, action) >= 0)
            {
                return GroupActions.Run(action, request, context);
            }
            if (action == "Test-PeerReachability")
            {
                return ReachabilityActions.Run(action, request, context);
            }
            if (action == "Test-PeerStack")
            {
                PeerRequest.Open(request);
                OrderedDictionary answered = new OrderedDictionary();
                answered["steps"] = StackProbe.Run(context, request.Contains("userPassword"));
                return answered;
            }
            if (action == "Get-PeerPresence")
            {
                PeerRequest.Open(request);
                OrderedDictionary report = new OrderedDictionary();
                report["presence"] = PeerHolder.Facts(context);
                return report;
            }
            throw new ArgumentException("C# does not carry this action.", "action");
        }

        // Of Set-PeerMachine or Test-PeerMachine.
        private static PeerRequest OpenState(IDictionary request)
        {
            List<string> fields = new List<string>(StateFields);
            fields.Add("now");
            return PeerRequest.OpenProving(request, fields.ToArray());
        }

        private static void CheckState(PeerRequest request)
        {
            request.Section("networking");
            request.Flag("reconcile");
            if (request.Has("identities"))
            {
                IdentitySection.Check(request.Section("identities"));
            }
            if (request.Has("groups"))
            {
                GroupActions.CheckSection(request.Section("groups"));
            }
            if (request.Has("presence"))
            {
                PresenceState.Check(request.Section("presence"));
            }
            if (request.Has("listen"))
            {
                ReachabilityActions.CheckListeners(request.Section("listen").Allow("ports", "seconds"));
            }
        }

        private static void Apply(IdentitySection identities, PeerRequest groups, ActionContext context, bool test, List<string> phrases, OrderedDictionary fields)
        {
            if (identities != null)
            {
                identities.Open(context);
                identities.Add(test, phrases);
            }
            object[] groupFacts = groups == null ? null : GroupActions.Apply(groups, context, test, phrases);
            if (identities != null)
            {
                identities.Remove(test, phrases);
                fields["identities"] = identities.Facts(context);
            }
            if (groups != null)
            {
                fields["groups"] = groupFacts;
            }
        }

        private static void AddNothing(IdentitySection identities, PeerRequest groups, OrderedDictionary fields)
        {
            if (identities != null)
            {
                fields["identities"] = new object[0];
            }
            if (groups != null)
            {
                fields["groups"] = new object[0];
            }
        }

        private static PeerFailure NoLibrary()
        {
            return new PeerFailure(
                "P2pLibraryMissing",
                "This Windows has no p2p.dll.",
                "Use an image that carries the peer stack, such as Windows 11.");
        }
    }
}
