// presence.json: what the holder is to hold, as it stands on the machine's disk. It carries no secret.
//
// C# 5: Windows PowerShell 5.1 compiles this with the .NET Framework's compiler.

using System;
using System.Collections;
using System.Collections.Generic;
using System.Collections.Specialized;

namespace PeerLab
{
    /// <summary>The wanted presence as a text, and what sets two of them apart. Only ReadShared and LiveProcess touch a file.</summary>
    public static class PresenceFile
    {
        private static readonly string[] NameFields = { "service", "peerName", "port", "comment" };
        private static readonly string[] GroupFields = { "group", "identity", "renewsMembers", "addresses" };

        /// <summary>One line of JSON: the lists in their order, the fields in one order.</summary>
        /// <param name="presence">A checked PresenceState of the contract.</param>
        public static string Text(IDictionary presence)
        {
            OrderedDictionary document = new OrderedDictionary();
            document["names"] = Copies(presence, "names", NameFields).ToArray();
            document["groups"] = Copies(presence, "groups", GroupFields).ToArray();
            return PeerJson.Write(document);
        }

        /// <summary>Whether nothing is to be held at all.</summary>
        public static bool IsEmpty(IDictionary presence)
        {
            return Items(presence, "names", NameFields).Count + Items(presence, "groups", GroupFields).Count == 0;
        }

        /// <summary>One phrase for each name and group in which a text of <see cref="Text"/> differs from the wanted presence.</summary>
        /// <param name="before">The text on the disk; null or empty where there is none.</param>
        /// <param name="test">Says what is not as wanted instead of what changes.</param>
        public static string[] Phrases(string before, IDictionary presence, bool test)
        {
            IDictionary old = Read(before);
            List<string> phrases = new List<string>();
            Compare("presence name ", Items(old, "names", NameFields), Items(presence, "names", NameFields), test, phrases);
            Compare("presence group ", Items(old, "groups", GroupFields), Items(presence, "groups", GroupFields), test, phrases);
            return phrases.ToArray();
        }

        /// <summary>
        /// What a text of <see cref="Text"/> holds with the added: in place of the same service, peer name or group, and
        /// after the rest.
        /// </summary>
        /// <param name="before">The text on the disk; null or empty where there is none.</param>
        public static OrderedDictionary Added(string before, IDictionary presence)
        {
            IDictionary old = Read(before);
            OrderedDictionary document = new OrderedDictionary();
            document["names"] = Merge(
                Copies(old, "names", NameFields),
                Copies(presence, "names", NameFields),
                (one, other) => IsSame(one, other, "service") || IsSame(one, other, "peerName"));
            document["groups"] = Merge(
                Copies(old, "groups", GroupFields),
                Copies(presence, "groups", GroupFields),
                (one, other) => IsSame(one, other, "group") && IsSame(one, other, "identity"));
            return document;
        }

        /// <summary>
        /// The text without the groups that are no longer wanted, which the holder has to leave before their data is deleted;
        /// null where it would be the same.
        /// </summary>
        public static string WithoutUnwantedGroups(string before, IDictionary presence)
        {
            IDictionary old = Read(before);
            SortedDictionary<string, OrderedDictionary> held = Items(old, "groups", GroupFields);
            SortedDictionary<string, OrderedDictionary> wanted = Items(presence, "groups", GroupFields);
            List<object> kept = new List<object>();
            foreach (KeyValuePair<string, OrderedDictionary> one in held)
            {
                if (wanted.ContainsKey(one.Key))
                {
                    kept.Add(one.Value);
                }
            }
            if (kept.Count == held.Count)
            {
                return null;
            }
            OrderedDictionary document = new OrderedDictionary();
            document["names"] = Copies(old, "names", NameFields).ToArray();
            document["groups"] = kept.ToArray();
            return PeerJson.Write(document);
        }

        /// <summary>
        /// Whether what a holder wrote of itself names exactly the peer names and the groups that are wanted; in which state
        /// they are is another matter.
        /// </summary>
        /// <param name="wanted">The text of presence.json.</param>
        /// <param name="state">The text of work/presence-state.json; null or empty where there is none.</param>
        public static bool IsHeld(string wanted, string state)
        {
            IDictionary first = Read(wanted);
            IDictionary second = Read(state);
            return Keys(first, "names", "peerName") == Keys(second, "names", "peerName")
                && Keys(first, "groups", "group") == Keys(second, "groups", "group");
        }

        /// <summary>The text of a file that the holder may replace at any time; empty where it is not there.</summary>
        public static string ReadShared(string file)
        {
            return PeerHolder.ReadShared(file) ?? string.Empty;
        }

        /// <summary>The process of a holder that is alive, whoever started it; 0 where there is none.</summary>
        /// <param name="directory">The guest folder.</param>
        public static int LiveProcess(string directory)
        {
            return PresenceReport.LiveProcess(directory);
        }

        private static IDictionary Read(string text)
        {
            IDictionary document = null;
            if (!string.IsNullOrEmpty(text))
            {
                try
                {
                    document = PeerJson.Read(text) as IDictionary;
                }
                catch (FormatException)
                {
                    // A file that is no JSON holds nothing; it is written anew.
                    document = null;
                }
            }
            return document ?? new OrderedDictionary();
        }

        /// <summary>The items of a list, each with its known fields in one order.</summary>
        private static List<OrderedDictionary> Copies(IDictionary presence, string list, string[] fields)
        {
            List<OrderedDictionary> copies = new List<OrderedDictionary>();
            foreach (IDictionary item in List(presence, list))
            {
                OrderedDictionary copy = new OrderedDictionary();
                foreach (string field in fields)
                {
                    if (item.Contains(field) && item[field] != null)
                    {
                        copy[field] = item[field];
                    }
                }
                copies.Add(copy);
            }
            return copies;
        }

        /// <summary>The items of a list by what tells them apart: a service is unique, a group only with the identity.</summary>
        private static SortedDictionary<string, OrderedDictionary> Items(IDictionary presence, string list, string[] fields)
        {
            SortedDictionary<string, OrderedDictionary> items = new SortedDictionary<string, OrderedDictionary>(StringComparer.Ordinal);
            foreach (OrderedDictionary copy in Copies(presence, list, fields))
            {
                string key = Convert.ToString(copy[fields[0]]);
                items[list == "groups" ? key + "\0" + Convert.ToString(copy["identity"]) : key] = copy;
            }
            return items;
        }

        private static IEnumerable<IDictionary> List(IDictionary document, string list)
        {
            IEnumerable items = document.Contains(list) ? document[list] as IEnumerable : null;
            foreach (object item in items ?? new object[0])
            {
                IDictionary fields = item as IDictionary;
                if (fields != null)
                {
                    yield return fields;
                }
            }
        }

        private static object[] Merge(List<OrderedDictionary> before, List<OrderedDictionary> added, Func<OrderedDictionary, OrderedDictionary, bool> isSame)
        {
            List<object> merged = new List<object>();
            List<OrderedDictionary> left = new List<OrderedDictionary>(added);
            foreach (OrderedDictionary item in before)
            {
                OrderedDictionary replacement = left.Find(other => isSame(item, other));
                if (replacement != null)
                {
                    left.Remove(replacement);
                    merged.Add(replacement);
                }
                else if (!added.Exists(other => isSame(item, other)))
                {
                    merged.Add(item);
                }
            }
            merged.AddRange(left.ToArray());
            return merged.ToArray();
        }

        private static bool IsSame(OrderedDictionary one, OrderedDictionary other, string field)
        {
            return string.Equals(Convert.ToString(one[field]), Convert.ToString(other[field]), StringComparison.Ordinal);
        }

        private static string Shown(string key)
        {
            return key.Split('\0')[0];
        }

        private static string Keys(IDictionary document, string list, string field)
        {
            List<string> keys = new List<string>();
            foreach (IDictionary item in List(document, list))
            {
                keys.Add(Convert.ToString(item[field]));
            }
            keys.Sort(StringComparer.Ordinal);
            return string.Join("\n", keys.ToArray());
        }

        private static void Compare(string what, SortedDictionary<string, OrderedDictionary> old, SortedDictionary<string, OrderedDictionary> wanted, bool test, List<string> phrases)
        {
            foreach (KeyValuePair<string, OrderedDictionary> one in wanted)
            {
                OrderedDictionary before;
                if (!old.TryGetValue(one.Key, out before))
                {
                    phrases.Add(what + Shown(one.Key) + (test ? " is missing" : " added"));
                }
                else if (PeerJson.Write(before) != PeerJson.Write(one.Value))
                {
                    phrases.Add(what + Shown(one.Key) + (test ? " differs" : " changed"));
                }
            }
            foreach (string key in old.Keys)
            {
                if (!wanted.ContainsKey(key))
                {
                    phrases.Add(what + Shown(key) + (test ? " is not wanted" : " removed"));
                }
            }
        }
    }
}
