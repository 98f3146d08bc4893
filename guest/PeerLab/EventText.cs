// Events of Windows' logs as lines of text.
// C# 5: Windows PowerShell 5.1 compiles this with the .NET Framework's compiler.

using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Text;
using System.Xml;

namespace PeerLab
{
    /// <summary>Turns what `wevtutil qe /f:RenderedXml` writes into text, and chooses among the events by what they are about.</summary>
    public sealed class EventText
    {
        private readonly StringBuilder text = new StringBuilder();

        /// <summary>The events, one after the other, in the order of the XML.</summary>
        public string Text
        {
            get { return text.ToString(); }
        }

        /// <summary>How many events are in <see cref="Text"/>.</summary>
        public int Count { get; private set; }

        /// <summary>Whether there were more than were wanted, or the XML ended in the middle.</summary>
        public bool Cut { get; private set; }

        /// <summary>Reads events.</summary>
        /// <param name="xml">Event elements, one after the other; the last may be cut off.</param>
        /// <param name="words">
        /// What an event has to be about: one of its values is one of these, in any case; a word that ends with `*` is the beginning of a
        /// value. All events where there are none.
        /// </param>
        /// <param name="maximumEvents">The most events that are taken.</param>
        /// <param name="maximumCharacters">No event is taken that would make the text longer.</param>
        public static EventText Read(string xml, string[] words, int maximumEvents, int maximumCharacters)
        {
            EventText read = new EventText();
            XmlReaderSettings settings = new XmlReaderSettings();
            settings.ConformanceLevel = ConformanceLevel.Fragment;
            settings.DtdProcessing = DtdProcessing.Prohibit;
            settings.CheckCharacters = false;
            try
            {
                using (XmlReader reader = XmlReader.Create(new StringReader(xml), settings))
                {
                    reader.MoveToContent();
                    while (!reader.EOF && !read.Cut)
                    {
                        if (reader.NodeType == XmlNodeType.Element && reader.LocalName == "Event")
                        {
                            XmlDocument document = new XmlDocument();
                            document.XmlResolver = null;
                            document.AppendChild(document.ReadNode(reader));
                            read.Add(document.DocumentElement, words, maximumEvents, maximumCharacters);
                        }
                        else
                        {
                            reader.Read();
                        }
                    }
                }
            }
            catch (XmlException)
            {
                read.Cut = true;
            }
            return read;
        }

        private void Add(XmlElement found, string[] words, int maximumEvents, int maximumCharacters)
        {
            if (!IsAbout(found, words))
            {
                return;
            }
            string line = Line(found);
            if (Count >= maximumEvents || text.Length + line.Length > maximumCharacters)
            {
                Cut = true;
                return;
            }
            text.Append(line);
            Count++;
        }

        private static bool IsAbout(XmlElement found, string[] words)
        {
            if (words.Length == 0)
            {
                return true;
            }
            foreach (string value in Values(found))
            {
                foreach (string word in words)
                {
                    bool isBeginning = word.EndsWith("*", StringComparison.Ordinal);
                    if (isBeginning ? value.StartsWith(word.TrimEnd('*'), StringComparison.OrdinalIgnoreCase) : value.Equals(word, StringComparison.OrdinalIgnoreCase))
                    {
                        return true;
                    }
                }
            }
            return false;
        }

        // The service manager has a service's short name in the binary part alone: UTF-16 in hex, with the new state behind a slash.
        private static IEnumerable<string> Values(XmlElement found)
        {
            foreach (XmlNode data in found.GetElementsByTagName("Data"))
            {
                yield return data.InnerText;
            }
            foreach (XmlNode binary in found.GetElementsByTagName("Binary"))
            {
                foreach (string part in Utf16(binary.InnerText).Split('/', '\0'))
                {
                    yield return part;
                }
            }
        }

        private static string Utf16(string hex)
        {
            byte[] bytes = new byte[hex.Length / 2];
            for (int i = 0; i < bytes.Length; i++)
            {
                if (!byte.TryParse(hex.Substring(2 * i, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out bytes[i]))
                {
                    return string.Empty;
                }
            }
            return Encoding.Unicode.GetString(bytes);
        }

        private static string Line(XmlElement found)
        {
            StringBuilder line = new StringBuilder();
            line.Append(Attribute(found, "TimeCreated", "SystemTime")).Append("  ");
            line.Append(Inner(found, "EventID")).Append("  ");
            line.Append(LevelName(Inner(found, "Level"))).Append("  ");
            line.Append(Attribute(found, "Provider", "Name")).Append('\n');
            foreach (string part in Inner(found, "Message").Split('\n'))
            {
                if (part.Trim().Length > 0)
                {
                    line.Append("    ").Append(part.Trim()).Append('\n');
                }
            }
            foreach (XmlNode data in found.GetElementsByTagName("Data"))
            {
                XmlNode name = data.Attributes["Name"];
                line.Append("    ").Append(name == null ? "data" : name.Value).Append(" = ").Append(OneLine(data.InnerText)).Append('\n');
            }
            return line.ToString();
        }

        private static string OneLine(string value)
        {
            return value.Replace('\r', ' ').Replace('\n', ' ').Trim();
        }

        // The rendered name is in the language of Windows; these are not.
        private static string LevelName(string level)
        {
            switch (level)
            {
                case "1": return "Critical";
                case "2": return "Error";
                case "3": return "Warning";
                default: return "Information";
            }
        }

        private static string Inner(XmlElement found, string name)
        {
            XmlNodeList nodes = found.GetElementsByTagName(name);
            return nodes.Count == 0 ? string.Empty : nodes[0].InnerText;
        }

        private static string Attribute(XmlElement found, string element, string attribute)
        {
            XmlNodeList nodes = found.GetElementsByTagName(element);
            XmlNode value = nodes.Count == 0 ? null : nodes[0].Attributes[attribute];
            return value == null ? string.Empty : value.Value;
        }
    }
}
