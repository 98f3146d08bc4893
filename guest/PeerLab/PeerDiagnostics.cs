// What Windows' logs and diagnostics say, item by item.
// C# 5: Windows PowerShell 5.1 compiles this with the .NET Framework's compiler.

using System;
using System.Collections;
using System.Collections.Generic;
using System.Collections.Specialized;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Text;
using System.Text.RegularExpressions;

namespace PeerLab
{
    /// <summary>
    /// Reads the items of `Get-PeerDiagnostics`, each by itself: one that is not there, fails or hangs says so and costs no other one.
    /// Nothing is changed. Files of requests, of the ledger and of groups are never read.
    /// </summary>
    public sealed class PeerDiagnostics
    {
        /// <summary>The longest time of one program, in seconds.</summary>
        public const int ItemSeconds = 20;

        /// <summary>The longest time of all programs together, in seconds; what comes later says that it was not asked.</summary>
        public const int AllSeconds = 180;

        // What of a log is read before it is filtered, in bytes of UTF-16.
        private const int ReadLimit = 16 * 1024 * 1024;
        private const int ReadEvents = 5000;

        // ERROR_EVT_CHANNEL_NOT_FOUND
        private const int ChannelNotFound = 15007;

        private readonly Stopwatch clock = Stopwatch.StartNew();
        private readonly int hours;
        private readonly int maximumEvents;
        private readonly int maximumCharacters;
        private readonly List<object> items = new List<object>();

        private PeerDiagnostics(int hours, int maximumEvents, int maximumCharacters)
        {
            this.hours = hours;
            this.maximumEvents = maximumEvents;
            this.maximumCharacters = maximumCharacters;
        }

        /// <summary>Checks a request and is ready to read what it asks for.</summary>
        public static PeerDiagnostics Open(IDictionary request)
        {
            PeerRequest opened = PeerRequest.Open(request, "sinceHours", "maximumEvents", "maximumCharacters");
            return new PeerDiagnostics(
                (int)opened.Number("sinceHours", 1, 720),
                (int)opened.Number("maximumEvents", 1, 500),
                (int)opened.Number("maximumCharacters", 1024, 262144));
        }

        /// <summary>What has been read so far, as the contract has it.</summary>
        public object[] Items
        {
            get { return items.ToArray(); }
        }

        /// <summary>Adds an item that somebody else has read; so do the others, which return it too. An error that is empty is left out.</summary>
        public OrderedDictionary Item(string name, string source, string text, bool truncated, string error)
        {
            string kept = text.Length > maximumCharacters ? text.Substring(0, maximumCharacters) : text;
            OrderedDictionary item = new OrderedDictionary();
            item["name"] = name;
            item["source"] = source;
            item["text"] = kept;
            item["truncated"] = truncated || kept.Length < text.Length;
            if (error.Length > 0)
            {
                item["error"] = error;
            }
            items.Add(item);
            return item;
        }

        /// <summary>What netsh says.</summary>
        public OrderedDictionary Netsh(string name, string arguments)
        {
            string source = "netsh " + arguments;
            if (IsOver)
            {
                return Item(name, source, string.Empty, false, NotAsked);
            }
            DiagnosticProgram ran = DiagnosticProgram.Run("netsh.exe", arguments, ItemSeconds * 1000, 4 * maximumCharacters);
            string error = ran.Failure.Length > 0 || ran.ExitCode == 0 ? ran.Failure : "netsh ended with exit code " + Number(ran.ExitCode) + ".";
            return Item(name, source, Lines(ran.Text(DiagnosticProgram.OemEncoding())), ran.Cut, error);
        }

        /// <summary>The newest events of a channel since the time that was asked for, the newest first.</summary>
        /// <param name="channel">The channel's name.</param>
        /// <param name="providers">Whose events; of all where there are none. No name may hold an apostrophe.</param>
        /// <param name="words">What they have to be about: <see cref="EventText.Read"/>.</param>
        public OrderedDictionary Events(string name, string channel, string[] providers, string[] words)
        {
            string error = IsOver ? NotAsked : ChannelError(channel);
            if (error.Length > 0 && error != SwitchedOff)
            {
                return Item(name, channel, string.Empty, false, error);
            }
            int count = words.Length == 0 ? maximumEvents + 1 : ReadEvents;
            string arguments = string.Format(
                CultureInfo.InvariantCulture, "qe \"{0}\" \"/q:{1}\" /c:{2} /rd:true /f:RenderedXml /uni:true", channel, Query(providers), count);
            DiagnosticProgram ran = DiagnosticProgram.Run("wevtutil.exe", arguments, ItemSeconds * 1000, ReadLimit);
            if (ran.Failure.Length > 0 || ran.ExitCode != 0)
            {
                string failure = ran.Failure.Length > 0 ? ran.Failure : "wevtutil ended with exit code " + Number(ran.ExitCode) + ".";
                return Item(name, channel, string.Empty, ran.Cut, failure);
            }
            EventText read = EventText.Read(ran.Text(Encoding.Unicode), words, maximumEvents, maximumCharacters);
            return Item(name, channel, read.Text, read.Cut || ran.Cut, error);
        }

        /// <summary>The end of a text file, from the beginning of a line on.</summary>
        public OrderedDictionary FileEnd(string name, string path)
        {
            try
            {
                using (FileStream stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete))
                {
                    bool cut = stream.Length > maximumCharacters;
                    if (cut)
                    {
                        stream.Seek(-maximumCharacters, SeekOrigin.End);
                    }
                    byte[] bytes = new byte[maximumCharacters];
                    int length = 0;
                    int count;
                    while ((count = stream.Read(bytes, length, bytes.Length - length)) > 0)
                    {
                        length += count;
                    }
                    string text = Encoding.UTF8.GetString(bytes, 0, length);
                    return Item(name, path, Lines(cut ? text.Substring(text.IndexOf('\n') + 1) : text), cut, string.Empty);
                }
            }
            catch (FileNotFoundException)
            {
                return Item(name, path, string.Empty, false, "It is not there.");
            }
            catch (DirectoryNotFoundException)
            {
                return Item(name, path, string.Empty, false, "It is not there.");
            }
            catch (Exception failure)
            {
                return Item(name, path, string.Empty, false, "It cannot be read: " + failure.GetType().Name + ".");
            }
        }

        private const string SwitchedOff = "The log is switched off; what it holds is from before.";

        private const string NotAsked = "It was not asked: those before it took too long.";

        private bool IsOver
        {
            get { return clock.Elapsed.TotalSeconds > AllSeconds; }
        }

        private static string ChannelError(string channel)
        {
            DiagnosticProgram ran = DiagnosticProgram.Run("wevtutil.exe", "gl \"" + channel + "\" /f:xml /uni:true", ItemSeconds * 1000, 65536);
            if (ran.Failure.Length > 0)
            {
                return ran.Failure;
            }
            if (ran.ExitCode == ChannelNotFound)
            {
                return "This Windows has no such log.";
            }
            bool isOff = Regex.IsMatch(ran.Text(Encoding.Unicode), "<channel\\b[^>]*\\benabled=[\"']false[\"']");
            return isOff ? SwitchedOff : string.Empty;
        }

        private string Query(string[] providers)
        {
            string since = string.Format(CultureInfo.InvariantCulture, "TimeCreated[timediff(@SystemTime) <= {0}]", hours * 3600000L);
            if (providers.Length == 0)
            {
                return "*[System[" + since + "]]";
            }
            StringBuilder names = new StringBuilder();
            foreach (string provider in providers)
            {
                names.Append(names.Length == 0 ? string.Empty : " or ").Append("@Name='").Append(provider).Append('\'');
            }
            return "*[System[Provider[" + names + "] and " + since + "]]";
        }

        private static string Lines(string text)
        {
            return text.Replace("\r\n", "\n").Replace("\0", string.Empty);
        }

        private static string Number(int value)
        {
            return value.ToString(CultureInfo.InvariantCulture);
        }
    }
}
