// Writing the files that the C# keeps.
// C# 5: Windows PowerShell 5.1 compiles this with the .NET Framework's compiler.

using System.IO;
using System.Text;

namespace PeerLab
{
    /// <summary>Files that are whole at any time.</summary>
    public static class PeerFiles
    {
        /// <summary>
        /// Puts an ASCII text in the place of a file: written beside it, on the disk, then renamed. One writer at a time.
        /// </summary>
        public static void Replace(string file, string text)
        {
            string unfinished = file + ".unfinished";
            byte[] bytes = Encoding.ASCII.GetBytes(text);
            using (FileStream stream = new FileStream(unfinished, FileMode.Create, FileAccess.Write, FileShare.None))
            {
                stream.Write(bytes, 0, bytes.Length);
                stream.Flush(true);
            }
            if (File.Exists(file))
            {
                File.Replace(unfinished, file, null, true);
            }
            else
            {
                File.Move(unfinished, file);
            }
        }
    }
}
