// JSON of the files that the C# keeps for itself: the ledger, the holder's state.
//
// No class of the frameworks reads JSON in Windows PowerShell 5.1 and in PowerShell 7 alike without another assembly.
// C# 5: Windows PowerShell 5.1 compiles this with the .NET Framework's compiler.

using System;
using System.Collections;
using System.Collections.Generic;
using System.Globalization;
using System.Text;

namespace PeerLab
{
    /// <summary>Reads and writes JSON (RFC 8259).</summary>
    public static class PeerJson
    {
        /// <summary>Deeper documents are refused: nothing of ours nests further.</summary>
        private const int MaximumDepth = 64;

        /// <summary>
        /// The value of a document: Dictionary&lt;string, object&gt; (case-sensitive), object[], string, bool, long, decimal or
        /// null. A FormatException tells the position of what is wrong, and nothing of the text.
        /// </summary>
        public static object Read(string text)
        {
            if (text == null)
            {
                throw new ArgumentNullException("text");
            }
            Reader reader = new Reader(text);
            object value = reader.Value(0);
            reader.End();
            return value;
        }

        /// <summary>
        /// One line of ASCII: IDictionary, IEnumerable, string, bool, integers, decimal, double and null; anything else is an
        /// ArgumentException.
        /// </summary>
        public static string Write(object value)
        {
            StringBuilder text = new StringBuilder();
            Append(text, value);
            return text.ToString();
        }

        private static void Append(StringBuilder text, object value)
        {
            string quoted = value as string;
            IDictionary fields = value as IDictionary;
            IEnumerable items = value as IEnumerable;
            if (value == null)
            {
                text.Append("null");
            }
            else if (quoted != null)
            {
                AppendText(text, quoted);
            }
            else if (value is bool)
            {
                text.Append((bool)value ? "true" : "false");
            }
            else if (value is int || value is uint || value is long || value is ulong || value is short || value is ushort || value is byte || value is decimal)
            {
                text.Append(((IFormattable)value).ToString(null, CultureInfo.InvariantCulture));
            }
            else if (value is double)
            {
                text.Append(((double)value).ToString("R", CultureInfo.InvariantCulture));
            }
            else if (fields != null)
            {
                AppendFields(text, fields);
            }
            else if (items != null)
            {
                AppendItems(text, items);
            }
            else
            {
                throw new ArgumentException("There is no JSON for " + value.GetType().Name + ".", "value");
            }
        }

        private static void AppendFields(StringBuilder text, IDictionary fields)
        {
            text.Append('{');
            bool first = true;
            foreach (DictionaryEntry field in fields)
            {
                if (!first)
                {
                    text.Append(',');
                }
                first = false;
                AppendText(text, (string)field.Key);
                text.Append(':');
                Append(text, field.Value);
            }
            text.Append('}');
        }

        private static void AppendItems(StringBuilder text, IEnumerable items)
        {
            text.Append('[');
            bool first = true;
            foreach (object item in items)
            {
                if (!first)
                {
                    text.Append(',');
                }
                first = false;
                Append(text, item);
            }
            text.Append(']');
        }

        private static void AppendText(StringBuilder text, string value)
        {
            text.Append('"');
            foreach (char letter in value)
            {
                if (letter == '"' || letter == '\\')
                {
                    text.Append('\\').Append(letter);
                }
                else if (letter < ' ' || letter > '~')
                {
                    text.Append("\\u").Append(((int)letter).ToString("x4", CultureInfo.InvariantCulture));
                }
                else
                {
                    text.Append(letter);
                }
            }
            text.Append('"');
        }

        private sealed class Reader
        {
            private readonly string text;
            private int position;

            internal Reader(string text)
            {
                this.text = text;
            }

            internal void End()
            {
                if (Next() != '\0' || position < text.Length)
                {
                    throw Wrong();
                }
            }

            internal object Value(int depth)
            {
                if (depth > MaximumDepth)
                {
                    throw Wrong();
                }
                switch (Next())
                {
                    case '{': return Fields(depth);
                    case '[': return Items(depth);
                    case '"': return Text();
                    case 't': return Word("true", true);
                    case 'f': return Word("false", false);
                    case 'n': return Word("null", null);
                    default: return Number();
                }
            }

            private Dictionary<string, object> Fields(int depth)
            {
                Dictionary<string, object> fields = new Dictionary<string, object>(StringComparer.Ordinal);
                position++;
                if (Next() == '}')
                {
                    position++;
                    return fields;
                }
                while (true)
                {
                    if (Next() != '"')
                    {
                        throw Wrong();
                    }
                    string name = Text();
                    Take(':');
                    fields[name] = Value(depth + 1);
                    if (Next() != ',')
                    {
                        Take('}');
                        return fields;
                    }
                    position++;
                }
            }

            private object[] Items(int depth)
            {
                List<object> items = new List<object>();
                position++;
                if (Next() == ']')
                {
                    position++;
                    return items.ToArray();
                }
                while (true)
                {
                    items.Add(Value(depth + 1));
                    if (Next() != ',')
                    {
                        Take(']');
                        return items.ToArray();
                    }
                    position++;
                }
            }

            private string Text()
            {
                StringBuilder value = new StringBuilder();
                position++;
                while (position < text.Length && text[position] != '"')
                {
                    char letter = text[position];
                    if (letter < ' ')
                    {
                        throw Wrong();
                    }
                    position++;
                    value.Append(letter == '\\' ? Escaped() : letter);
                }
                Take('"');
                return value.ToString();
            }

            private char Escaped()
            {
                char letter = position < text.Length ? text[position] : '\0';
                position++;
                switch (letter)
                {
                    case '"':
                    case '\\':
                    case '/': return letter;
                    case 'b': return '\b';
                    case 'f': return '\f';
                    case 'n': return '\n';
                    case 'r': return '\r';
                    case 't': return '\t';
                    case 'u': return Unicode();
                    default: throw Wrong();
                }
            }

            private char Unicode()
            {
                ushort code;
                if (position + 4 > text.Length || !ushort.TryParse(text.Substring(position, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out code))
                {
                    throw Wrong();
                }
                position += 4;
                return (char)code;
            }

            private object Word(string word, object value)
            {
                if (string.CompareOrdinal(text, position, word, 0, word.Length) != 0)
                {
                    throw Wrong();
                }
                position += word.Length;
                return value;
            }

            private object Number()
            {
                int start = position;
                while (position < text.Length && "+-.0123456789Ee".IndexOf(text[position]) >= 0)
                {
                    position++;
                }
                string number = text.Substring(start, position - start);
                long whole;
                decimal other;
                if (long.TryParse(number, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out whole))
                {
                    return whole;
                }
                if (decimal.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out other))
                {
                    return other;
                }
                throw Wrong();
            }

            // The next character that is no white space, left where it is; NUL at the end.
            private char Next()
            {
                while (position < text.Length && " \t\r\n".IndexOf(text[position]) >= 0)
                {
                    position++;
                }
                return position < text.Length ? text[position] : '\0';
            }

            private void Take(char expected)
            {
                if (Next() != expected || position >= text.Length)
                {
                    throw Wrong();
                }
                position++;
            }

            private FormatException Wrong()
            {
                return new FormatException("This is not JSON from character " + position.ToString(CultureInfo.InvariantCulture) + " on.");
            }
        }
    }
}
