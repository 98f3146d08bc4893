// The actions on identities.
// C# 5: Windows PowerShell 5.1 compiles this with the .NET Framework's compiler.

using System;
using System.Collections;
using System.Collections.Generic;
using System.Collections.Specialized;
using System.Globalization;

namespace PeerLab
{
    /// <summary>New-, Export-, Import-, Get- and Remove-PeerIdentity of the contract.</summary>
    public static class IdentityActions
    {
        internal const string FriendlyNamePattern = @"(?s)^[^\x00]{1,255}\z";
        internal const string FriendlyNameAllowed = "1 to 255 characters";
        internal const string ClassifierPattern = @"(?s)^[^\x00]{1,149}\z";
        internal const string ClassifierAllowed = "1 to 149 characters";

        /// <summary>Checks a request of one of these actions, and changes nothing.</summary>
        public static void Check(string action, IDictionary request)
        {
            Prepare(action, request);
        }

        /// <summary>Runs one of these actions: the fields of its report.</summary>
        public static OrderedDictionary Run(string action, IDictionary request, ActionContext context)
        {
            return Prepare(action, request)(context);
        }

        // Reading the whole request is one step and running it another, so that nothing starts before all is checked.
        private static Func<ActionContext, OrderedDictionary> Prepare(string action, IDictionary request)
        {
            switch (action)
            {
                case "New-PeerIdentity": return PrepareNew(PeerRequest.OpenProving(request, "friendlyName", "classifier", "networking", "reconcile"));
                case "Export-PeerIdentity": return PrepareExport(PeerRequest.OpenProving(request, "friendlyName", "classifier", "exportPassword"));
                case "Import-PeerIdentity": return PrepareImport(PeerRequest.OpenProving(request, WantedIdentity.Fields));
                case "Get-PeerIdentity": return PrepareGet(PeerRequest.Open(request, "peerName"));
                case "Remove-PeerIdentity": return PrepareRemove(PeerRequest.Open(request, "peerName"));
                default: throw new ArgumentException("This is no action on identities.", "action");
            }
        }

        private static Func<ActionContext, OrderedDictionary> PrepareNew(PeerRequest request)
        {
            string friendlyName = request.Text("friendlyName", FriendlyNamePattern, FriendlyNameAllowed);
            string classifier = request.Text("classifier", ClassifierPattern, ClassifierAllowed);
            bool reconcile = request.Flag("reconcile");
            return delegate(ActionContext context)
            {
                List<string> changed = new List<string>();
                if (reconcile)
                {
                    IdentityStore.Reconcile(true, false, context, changed);
                }
                bool created;
                string name = FindOrCreate(friendlyName, classifier, out created);
                OrderedDictionary report = new OrderedDictionary();
                if (reconcile)
                {
                    report["changed"] = changed.ToArray();
                }
                report["peerName"] = name;
                report["created"] = created;
                report["credential"] = PeerRequest.ToBase64(PeerIdentities.GetXml(name));
                return report;
            };
        }

        private static Func<ActionContext, OrderedDictionary> PrepareExport(PeerRequest request)
        {
            string friendlyName = request.Text("friendlyName", FriendlyNamePattern, FriendlyNameAllowed);
            string classifier = request.Text("classifier", ClassifierPattern, ClassifierAllowed);
            string password = request.Text("exportPassword");
            return delegate
            {
                bool created;
                string name = FindOrCreate(friendlyName, classifier, out created);
                OrderedDictionary report = new OrderedDictionary();
                report["peerName"] = name;
                report["created"] = created;
                report["exportedIdentity"] = PeerRequest.ToBase64(PeerIdentities.Export(name, password));
                return report;
            };
        }

        private static Func<ActionContext, OrderedDictionary> PrepareImport(PeerRequest request)
        {
            WantedIdentity wanted = WantedIdentity.ReadImport(request);
            return delegate(ActionContext context)
            {
                InstalledIdentity installed = IdentityImport.Install(wanted);
                OrderedDictionary report = new OrderedDictionary();
                report["imported"] = installed.Imported;
                report["identity"] = IdentityFacts.Read(IdentityFacts.Find(installed.PeerName), context);
                return report;
            };
        }

        private static Func<ActionContext, OrderedDictionary> PrepareGet(PeerRequest request)
        {
            string peerName = request.Has("peerName") ? request.PeerName("peerName") : null;
            return delegate(ActionContext context)
            {
                OrderedDictionary report = new OrderedDictionary();
                report["identities"] = IdentityFacts.ReadAll(peerName, true, context);
                return report;
            };
        }

        private static Func<ActionContext, OrderedDictionary> PrepareRemove(PeerRequest request)
        {
            string peerName = request.PeerName("peerName");
            return delegate
            {
                bool present = IdentityFacts.Find(peerName) != null;
                if (present)
                {
                    IdentityImport.Clear(peerName);
                }
                OrderedDictionary report = new OrderedDictionary();
                report["removed"] = present;
                return report;
            };
        }

        // The peer name of the identity with that friendly name, which is made where there is none. Never makes a second one:
        // neither beside one that is unusable, nor after an interruption.
        internal static string FindOrCreate(string friendlyName, string classifier, out bool created)
        {
            List<PeerNameEntry> found = new List<PeerNameEntry>();
            foreach (PeerNameEntry entry in PeerIdentities.List())
            {
                if (string.Equals(entry.FriendlyName, friendlyName, StringComparison.Ordinal))
                {
                    found.Add(entry);
                }
            }
            if (found.Count > 1)
            {
                throw new PeerFailure(
                    "PeerIdentityAmbiguous",
                    found.Count.ToString(CultureInfo.InvariantCulture) + " identities have the friendly name " + friendlyName + ".",
                    "Remove all but the one whose peer name is known (Get-PeerIdentity, Remove-PeerIdentity).");
            }
            created = found.Count == 0;
            string name = created ? PeerIdentities.Create(classifier, friendlyName) : found[0].PeerName;
            KeyEvidence evidence = IdentityFacts.Examine(name);
            if (evidence == null || !evidence.Proves)
            {
                throw new PeerFailure(
                    "PeerIdentityUnusable",
                    "The key of " + name + " (" + friendlyName + ") does not sign.",
                    "Remove the identity with Remove-PeerIdentity; a new one will have another peer name.");
            }
            if (!string.Equals(evidence.PeerName, name, StringComparison.Ordinal))
            {
                throw new PeerFailure(
                    "PeerIdentityMismatch",
                    "Windows lists " + name + ", but its key belongs to " + evidence.PeerName + ".",
                    "Remove the identity with Remove-PeerIdentity; a new one will have another peer name.");
            }
            return name;
        }
    }
}
