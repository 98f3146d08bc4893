// What a lab does, done once with throw-away things, and what Windows answers to each step.
//
// C# 5: Windows PowerShell 5.1 compiles this with the compiler of the .NET Framework.

using System;
using System.Collections.Generic;
using System.Collections.Specialized;
using System.Globalization;

namespace PeerLab
{
    /// <summary>
    /// The steps of Test-PeerStack that are calls of p2p.dll. None fails the run: what documentation leaves open is noted
    /// beside the answer. Whatever is made is removed, also what an interrupted run left.
    /// </summary>
    public sealed class StackProbe
    {
        private const string FriendlyName = "peerlab:probe-stack";
        private const string GroupName = "peerlab:probe-group";
        private const string Classifier = "probe";
        private const string PeerNameOfProbe = "0.peerlab-probe";

        private readonly List<object> steps = new List<object>();
        private readonly ActionContext context;
        private string identity;
        private string exported;
        private string group;

        private StackProbe(ActionContext context)
        {
            this.context = context;
        }

        /// <summary>
        /// StackStep of the contract, in the order in which they ran. Fails with PEER_E_NO_KEY_ACCESS where this logon opens no
        /// keys and another could: then nothing was done.
        /// </summary>
        /// <param name="context">Where keys open, for what the report says of it.</param>
        /// <param name="canRunAsTask">Whether the action can be run again in a task under the user's password.</param>
        public static object[] Run(ActionContext context, bool canRunAsTask)
        {
            StackProbe probe = new StackProbe(context);
            probe.Step("keys: open in the " + context.OpenedIn, false, delegate
            {
                return Answered("CryptAcquireContext", PeerKeys.ProbeUserKeys());
            });
            if (canRunAsTask && context.OpenedIn == "session")
            {
                IdentityFacts.RequireKeyAccess();
            }
            try
            {
                probe.RunIdentity();
                probe.RunName();
                probe.RunGroup();
            }
            finally
            {
                probe.Step("clean up", true, delegate { return probe.CleanUp(); });
            }
            return probe.steps.ToArray();
        }

        /// <summary>One StackStep, for what PowerShell adds.</summary>
        public static OrderedDictionary Describe(string step, string answer, string seen, bool fine)
        {
            OrderedDictionary described = new OrderedDictionary();
            described["step"] = step;
            described["answer"] = answer;
            described["seen"] = seen ?? string.Empty;
            described["fine"] = fine;
            return described;
        }

        private void RunIdentity()
        {
            Step("PNRP: start", true, delegate { return Answered("PeerPnrpStartup", PeerSession.ProbePnrp()); });
            Step("grouping: start", true, delegate
            {
                using (PeerSession session = new PeerSession())
                {
                    return Answered("PeerGroupStartup", session.GroupingResult);
                }
            });

            // What an interrupted run left goes first: its friendly name would be there twice.
            Step("identity: list", true, delegate
            {
                CleanUp();
                return Count(PeerIdentities.List().Length, "identities");
            });
            Step("identity: create", true, delegate
            {
                identity = PeerIdentities.Create(Classifier, FriendlyName);
                return identity;
            });
            Needs("identity: sign", identity, delegate { return Judge("made"); });
            Needs("identity: export", identity, delegate
            {
                exported = PeerIdentities.Export(identity, Password());
                return Count(exported.Length, "characters");
            });
            Needs("identity: import while it is there", exported, delegate
            {
                return PeerIdentities.Import(exported, Password()) == null ? "said to be there already" : "imported a second time";
            });
            Needs("identity: delete", exported, delegate
            {
                PeerIdentities.Delete(identity);
                return string.Empty;
            });

            // No page says which code a wrong password has; everything that is a failure will do.
            NeedsFailure("identity: import under a wrong password", exported, delegate { PeerIdentities.Import(exported, Password() + "x"); });
            NeedsFailure("identity: import a changed export", exported, delegate { PeerIdentities.Import(exported + " ", Password()); });
            Needs("identity: import again", exported, delegate
            {
                string name = PeerIdentities.Import(exported, Password());
                return name == identity ? "the same name, friendly name " + PeerIdentities.GetFriendlyName(identity) : "another name: " + name;
            });
            Needs("identity: sign after the import", exported, delegate { return Judge("imported"); });
            Needs("identity: give it a friendly name", exported, delegate
            {
                PeerIdentities.SetFriendlyName(identity, FriendlyName);
                return PeerIdentities.GetFriendlyName(identity) == FriendlyName ? string.Empty : "it did not stay";
            });
        }

        private void RunName()
        {
            Step("clouds: before a name is registered", false, Clouds);
            Step("name: register and unregister", true, delegate
            {
                using (new PeerPnrp())
                using (new PeerRegistration(PeerNameOfProbe, null, 9, "probe"))
                {
                    return "while it is registered: " + Clouds();
                }
            });
            Step("clouds: a global one", true, delegate
            {
                using (new PeerPnrp())
                {
                    foreach (PeerCloud cloud in PeerClouds.List())
                    {
                        if (cloud.Scope == "global")
                        {
                            return cloud.Name + " is " + cloud.State;
                        }
                    }
                }
                throw new PeerFailure("PEER_E_NO_CLOUD", "There is no global cloud.", "Give the machine an IPv6 address that Windows counts as global.");
            });
        }

        private void RunGroup()
        {
            Needs("group: create and connect", identity, delegate
            {
                using (new PeerGrouping())
                using (PeerGroup made = PeerGroup.Create(identity, Classifier, GroupName, "probe", TimeSpan.FromHours(8)))
                {
                    group = made.PeerName();
                    made.Connect();
                    return "status " + made.Status().ToString("X", CultureInfo.InvariantCulture);
                }
            });
            Needs("group: invite", group, delegate
            {
                using (new PeerGrouping())
                using (PeerGroup made = PeerGroup.Open(identity, group))
                {
                    made.Connect();
                    string invitation = made.CreateInvitation(PeerIdentities.GetXml(identity), PeerRoles.Member, DateTime.UtcNow.AddHours(1));
                    return PeerInvitation.Parse(invitation).Subject == identity ? string.Empty : "it is for somebody else";
                }
            });

            // Both answers are documented: this one says whether an identity's groups have to go first.
            NeedsFailure("identity: delete while it has a group", group, delegate { PeerIdentities.Delete(identity); });
            Needs("group: delete", group, delegate
            {
                using (new PeerGrouping())
                {
                    PeerGroup.Delete(identity, group);
                }
                return string.Empty;
            });
        }

        private string CleanUp()
        {
            int removed = 0;
            foreach (PeerNameEntry entry in PeerIdentities.List())
            {
                // An identity of this run may have been imported without its friendly name.
                if (entry.FriendlyName == FriendlyName || entry.PeerName == identity)
                {
                    IdentityImport.Clear(entry.PeerName);
                    removed++;
                }
            }
            return Count(removed, "identities removed");
        }

        private string Judge(string how)
        {
            PeerNameEntry entry = IdentityFacts.Find(identity);
            OrderedDictionary facts = IdentityFacts.Read(entry, context);
            if (!true.Equals(facts["usable"]))
            {
                throw new PeerFailure("PeerIdentityUnusable", "The key of the " + how + " identity does not sign.", "Log on with the user's password.");
            }
            if ((string)facts["peerName"] != identity)
            {
                throw new PeerFailure("PeerIdentityMismatch", "Its key hashes to " + facts["peerName"] + ".", "Report it with the build of Windows.");
            }
            return "key opened in the " + context.OpenedIn;
        }

        private static string Clouds()
        {
            List<string> seen = new List<string>();
            foreach (OrderedDictionary cloud in PeerClouds.Facts())
            {
                seen.Add(cloud["name"] + " (" + cloud["scope"] + ", " + cloud["state"] + ")");
            }
            return seen.Count == 0 ? "no cloud" : string.Join(", ", seen.ToArray());
        }

        private static string Count(int number, string what)
        {
            return number.ToString(CultureInfo.InvariantCulture) + " " + what;
        }

        private static string Answered(string call, int hresult)
        {
            PeerMemory.Check(call, hresult);
            return string.Empty;
        }

        // Of a throw-away identity, which never leaves the machine.
        private string Password()
        {
            return "Probe-" + identity;
        }

        private void Needs(string step, string needed, Func<string> work)
        {
            if (needed == null)
            {
                steps.Add(Describe(step, "skipped", string.Empty, false));
                return;
            }
            Step(step, true, work);
        }

        private void NeedsFailure(string step, string needed, Action work)
        {
            if (needed == null)
            {
                steps.Add(Describe(step, "skipped", string.Empty, false));
                return;
            }
            try
            {
                work();
                steps.Add(Describe(step, "S_OK", "it was not refused", false));
            }
            catch (PeerException failure)
            {
                steps.Add(Describe(step, PeerCodes.Name(failure.HResult), failure.Message, true));
            }
        }

        private void Step(string step, bool matters, Func<string> work)
        {
            try
            {
                steps.Add(Describe(step, "S_OK", work(), true));
            }
            catch (PeerException failure)
            {
                steps.Add(Describe(step, PeerCodes.Name(failure.HResult), failure.Message, !matters));
            }
            catch (PeerFailure failure)
            {
                steps.Add(Describe(step, PeerFailure.CodeOf(failure), failure.Message, !matters));
            }
        }
    }
}
