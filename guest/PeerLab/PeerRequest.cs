// Reading a request: what is not in the form of the contract is refused with the exact path and the kind of what came.
// C# 5: Windows PowerShell 5.1 compiles this with the .NET Framework's compiler.

using System;
using System.Collections;
using System.Collections.Generic;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace PeerLab
{
    /// <summary>
    /// One object of a request and where it stands. Every refusal is PeerFailure InvalidRequest and never repeats a value,
    /// which may be a secret. JSON's null counts as absent.
    /// </summary>
    public sealed class PeerRequest
    {
        /// <summary>A secure peer name.</summary>
        public const string PeerNamePattern = @"^[0-9a-f]{40}\.[^\x00]{1,149}\z";

        /// <summary>What PeerNamePattern allows, in words.</summary>
        public const string PeerNameAllowed = "40 hex digits, a dot and a classifier of 1 to 149 characters";

        private static readonly string[] Envelope = { "contract", "instance", "guestFiles", "userPassword" };

        private readonly IDictionary fields;
        private readonly string prefix;

        private PeerRequest(IDictionary fields, string prefix)
        {
            this.fields = fields;
            this.prefix = prefix;
        }

        /// <summary>A whole request. Besides the fields of the envelope it may have the given ones only.</summary>
        public static PeerRequest Open(IDictionary request, params string[] allowed)
        {
            if (request == null)
            {
                throw Refusal("request", null, "an object");
            }
            List<string> all = new List<string>(Envelope);
            all.AddRange(allowed);
            PeerRequest opened = new PeerRequest(request, string.Empty);
            opened.Allow(all.ToArray());
            opened.OptionalText("userPassword");
            return opened;
        }

        /// <summary>A whole request of an action that may be asked to show first that this machine runs the stack.</summary>
        public static PeerRequest OpenProving(IDictionary request, params string[] allowed)
        {
            List<string> all = new List<string>(allowed);
            all.Add("proveCapability");
            PeerRequest opened = Open(request, all.ToArray());
            opened.Flag("proveCapability");
            return opened;
        }

        /// <summary>Refuses fields that the contract does not have: they would be ignored in silence.</summary>
        public PeerRequest Allow(params string[] allowed)
        {
            foreach (object name in fields.Keys)
            {
                if (Array.IndexOf(allowed, name as string) < 0)
                {
                    throw new PeerFailure(
                        "InvalidRequest",
                        (prefix.Length == 0 ? "request" : prefix) + ": unknown field " + name + ".",
                        "Allowed are: " + string.Join(", ", allowed) + ".");
                }
            }
            return this;
        }

        /// <summary>The path of a field: identities.wanted[0].peerName.</summary>
        public string PathOf(string name)
        {
            return prefix.Length == 0 ? name : prefix + "." + name;
        }

        /// <summary>Whether the field is there and not null.</summary>
        public bool Has(string name)
        {
            return Value(name) != null;
        }

        /// <summary>A text that is not empty.</summary>
        public string Text(string name)
        {
            return Text(name, @"(?s)^[^\x00]+\z", "a text that is not empty");
        }

        /// <summary>A text that matches the pattern; `allowed` says in words what that is.</summary>
        public string Text(string name, string pattern, string allowed)
        {
            string text = Value(name) as string;
            if (text == null || !Regex.IsMatch(text, pattern, RegexOptions.CultureInvariant))
            {
                throw Refusal(PathOf(name), Value(name), allowed);
            }
            return text;
        }

        /// <summary>Null where it is absent.</summary>
        public string OptionalText(string name)
        {
            return Has(name) ? Text(name) : null;
        }

        /// <summary>Null where it is absent.</summary>
        public string OptionalText(string name, string pattern, string allowed)
        {
            return Has(name) ? Text(name, pattern, allowed) : null;
        }

        /// <summary>A secure peer name.</summary>
        public string PeerName(string name)
        {
            return Text(name, PeerNamePattern, PeerNameAllowed);
        }

        /// <summary>The text whose UTF-16LE bytes the field carries as base64, character for character.</summary>
        public string Utf16(string name)
        {
            const string Allowed = "base64 of UTF-16LE bytes";
            string encoded = Text(name, @"^[A-Za-z0-9+/]+={0,2}\z", Allowed);
            byte[] bytes = new byte[0];
            try
            {
                bytes = Convert.FromBase64String(encoded);
            }
            catch (FormatException)
            {
                // Refused below, like an odd number of bytes.
            }
            if (bytes.Length == 0 || bytes.Length % 2 != 0)
            {
                throw Refusal(PathOf(name), encoded, Allowed);
            }
            return Encoding.Unicode.GetString(bytes);
        }

        /// <summary>The counterpart of Utf16, for reports.</summary>
        public static string ToBase64(string text)
        {
            return Convert.ToBase64String(Encoding.Unicode.GetBytes(text));
        }

        /// <summary>A whole number of the given range, both ends included.</summary>
        public long Number(string name, long minimum, long maximum)
        {
            object value = Value(name);
            decimal number;
            if (!IsNumber(value, out number) || number != decimal.Truncate(number) || number < minimum || number > maximum)
            {
                throw Refusal(PathOf(name), value, NumberAllowed(minimum, maximum));
            }
            return (long)number;
        }

        /// <summary>The given number where it is absent.</summary>
        public long OptionalNumber(string name, long minimum, long maximum, long absent)
        {
            return Has(name) ? Number(name, minimum, maximum) : absent;
        }

        /// <summary>The whole numbers of a list, each of the given range and there once.</summary>
        public int[] Numbers(string name, int minimumCount, int minimum, int maximum)
        {
            List<int> numbers = new List<int>();
            object[] items = List(name, minimumCount);
            for (int i = 0; i < items.Length; i++)
            {
                decimal number;
                bool whole = IsNumber(items[i], out number) && number == decimal.Truncate(number);
                if (!whole || number < minimum || number > maximum || numbers.Contains((int)number))
                {
                    throw Refusal(ItemPath(name, i), items[i], NumberAllowed(minimum, maximum) + ", once");
                }
                numbers.Add((int)number);
            }
            return numbers.ToArray();
        }

        /// <summary>The texts of a list, each in the form of the pattern.</summary>
        public string[] Texts(string name, int minimumCount, string pattern, string allowed)
        {
            List<string> texts = new List<string>();
            object[] items = List(name, minimumCount);
            for (int i = 0; i < items.Length; i++)
            {
                string text = items[i] as string;
                if (text == null || !Regex.IsMatch(text, pattern, RegexOptions.CultureInvariant))
                {
                    throw Refusal(ItemPath(name, i), items[i], allowed);
                }
                texts.Add(text);
            }
            return texts.ToArray();
        }

        /// <summary>True or false; false where it is absent.</summary>
        public bool Flag(string name)
        {
            object value = Value(name);
            if (value != null && !(value is bool))
            {
                throw Refusal(PathOf(name), value, "true or false");
            }
            return value != null && (bool)value;
        }

        /// <summary>A list of at least so many.</summary>
        public object[] List(string name, int minimumCount)
        {
            IList list = Value(name) as IList;
            if (list == null || list.Count < minimumCount)
            {
                string allowed = minimumCount == 0 ? "a list" : "a list of at least " + minimumCount.ToString(CultureInfo.InvariantCulture);
                throw Refusal(PathOf(name), Value(name), allowed);
            }
            object[] items = new object[list.Count];
            list.CopyTo(items, 0);
            return items;
        }

        /// <summary>The objects of a list; their fields are not checked yet (Allow).</summary>
        public PeerRequest[] Objects(string name, int minimumCount)
        {
            object[] items = List(name, minimumCount);
            PeerRequest[] objects = new PeerRequest[items.Length];
            for (int i = 0; i < items.Length; i++)
            {
                objects[i] = OpenObject(items[i], ItemPath(name, i));
            }
            return objects;
        }

        /// <summary>An object; null where it is absent. Its fields are not checked yet (Allow).</summary>
        public PeerRequest Section(string name)
        {
            return Has(name) ? OpenObject(Value(name), PathOf(name)) : null;
        }

        /// <summary>An object that has to be there. Its fields are not checked yet (Allow).</summary>
        public PeerRequest NeededSection(string name)
        {
            return OpenObject(Value(name), PathOf(name));
        }

        /// <summary>InvalidRequest for one place. Names the kind of what was received, never its content.</summary>
        public static PeerFailure Refusal(string path, object value, string allowed)
        {
            return new PeerFailure(
                "InvalidRequest",
                path + ": expected " + allowed + ", received " + KindOf(value) + ".",
                "Send the request in the form of the contract.");
        }

        /// <summary>The kind of a value in words: a text of 3 characters, a list of 2, an object.</summary>
        public static string KindOf(object value)
        {
            decimal number;
            string text = value as string;
            if (value == null)
            {
                return "nothing";
            }
            if (text != null)
            {
                return "a text of " + text.Length.ToString(CultureInfo.InvariantCulture) + " characters";
            }
            if (value is bool)
            {
                return "true or false";
            }
            if (IsNumber(value, out number))
            {
                return "a number";
            }
            if (value is IDictionary)
            {
                return "an object";
            }
            IList list = value as IList;
            return list == null
                ? "a value of type " + value.GetType().Name
                : "a list of " + list.Count.ToString(CultureInfo.InvariantCulture);
        }

        private static PeerRequest OpenObject(object value, string path)
        {
            IDictionary fields = value as IDictionary;
            if (fields == null)
            {
                throw Refusal(path, value, "an object");
            }
            return new PeerRequest(fields, path);
        }

        private static string NumberAllowed(long minimum, long maximum)
        {
            return string.Format(CultureInfo.InvariantCulture, "a whole number from {0} to {1}", minimum, maximum);
        }

        private static bool IsNumber(object value, out decimal number)
        {
            number = 0;
            if (value is double)
            {
                double real = (double)value;
                // Beyond what decimal holds no limit of ours lies.
                number = Math.Abs(real) < 1e18 ? (decimal)real : decimal.MaxValue;
                return true;
            }
            if (value is int || value is long || value is decimal || value is short || value is byte || value is uint)
            {
                number = Convert.ToDecimal(value, CultureInfo.InvariantCulture);
                return true;
            }
            return false;
        }

        private string ItemPath(string name, int index)
        {
            return PathOf(name) + "[" + index.ToString(CultureInfo.InvariantCulture) + "]";
        }

        private object Value(string name)
        {
            return fields.Contains(name) ? fields[name] : null;
        }
    }
}
