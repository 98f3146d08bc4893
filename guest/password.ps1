# PeerLab password, contract 1
# Changes the password of the user who runs it, from the old one, so that Windows keeps the user's protected keys: an
# administrator's reset would lose them. It runs before any guest file is on the machine, so it is whole in itself, and as
# one encoded line, so it is short: guest/password.ts leaves comments and indentation out, and parameters go by place. Where
# a presence holder is installed (its presence.json is there) the guest files are, and give it the new password.
# Input: SetPasswordRequest on standard input. Output: SetPasswordReport, or GuestFailure on standard error and exit 1.
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'

function Stop-Change {
    <#
    .SYNOPSIS
    Ends with a failure of the contract. No secret belongs into it.
    #>
    param($Code, $Message, $Hint, $Win32)
    $failure = [ordered]@{code=$Code; message=$Message; hint=$Hint}
    if ($Win32) {
        $failure['hresult'] = '0x8007{0:X4}' -f $Win32
    }
    [Console]::Error.WriteLine((ConvertTo-Json $failure -Depth 2 -Compress))
    exit 1
}

try {
    $request = try { ConvertFrom-Json ([Console]::In.ReadToEnd()) } catch { $null }
    if (1 -ne $request.contract) {
        Stop-Change 'ContractMismatch' 'This script speaks contract 1.' 'Use the script of the library.'
    }
    $id = $request.instance
    $old = $request.oldPassword
    $new = $request.newPassword
    if ($id -notmatch '^[0-9a-f-]{36}$' -or $old -isnot [string] -or $new -isnot [string] -or !$old -or !$new) {
        Stop-Change 'InvalidRequest' 'Expected are texts: instance (a vmId), oldPassword, newPassword.' 'Send all three.'
    }
    $own = try {
        $query = [Net.WebRequest]::Create('http://169.254.169.254/metadata/instance/compute/vmId?api-version=2021-02-01&format=text')
        $query.Headers['Metadata'] = 'true'
        $query.Proxy = $null
        $query.Timeout = 3000
        [IO.StreamReader]::new($query.GetResponse().GetResponseStream()).ReadToEnd().Trim()
    }
    catch {
        [string](Get-CimInstance Win32_ComputerSystemProduct -ErrorAction 0).UUID
    }
    # Some firmware tables spell the first half in another byte order; the second half tells machines apart as well.
    if ($own -match '.{4}-.{12}$' -and $Matches[0] -ne $id.Substring(19)) {
        Stop-Change 'WrongMachine' "This machine is the instance $own, the request is for $id." 'Refresh the stack.'
    }
    $report = [ordered]@{contract=1; computerName=$env:COMPUTERNAME; instance=$own.ToLower(); changed=$false}
    if ($old -cne $new) {
        $net = Add-Type -Name Net -PassThru -MemberDefinition '[DllImport("netapi32", CharSet=CharSet.Unicode)] public static extern int NetUserChangePassword(string d, string u, string o, string n);'
        $result = $net::NetUserChangePassword($env:COMPUTERNAME, [Environment]::UserName, $old, $new)
        $report.changed = !$result
        # 86 after an interruption between the two: only the holder has the old password still.
        if (@(0, 86) -contains $result -and (Test-Path C:/ProgramData/PeerLab/presence.json)) {
            try {
                Import-Module C:/ProgramData/PeerLab/PeerLab.psm1
                $report.holder = Update-HolderPassword -UserPassword $new
                $result = 0
            }
            catch {
                if (!$result) {
                    Stop-Change 'HolderNotInstalled' $_.Exception.Data['PeerLab.Message'] 'Run it again.'
                }
            }
        }
        if ($result) {
            # The other numbers of Windows have no name here.
            $known = @{
                86 = 'ERROR_INVALID_PASSWORD', 'Give the password that the user has.'
                1909 = 'ERROR_ACCOUNT_LOCKED_OUT', 'Wait ten minutes.'
                2245 = 'NERR_PasswordTooShort', 'Give one that the policy allows: length, classes, age, history.'
            }[$result]
            if (!$known) {
                $known = ('HRESULT_8007{0:X4}' -f $result), "See net helpmsg $result."
            }
            Stop-Change $known[0] "NetUserChangePassword answered $result." $known[1] $result
        }
    }
    [Console]::Out.WriteLine((ConvertTo-Json $report -Depth 2 -Compress))
}
catch {
    Stop-Change 'Unexpected' ($_.Exception.GetBaseException().GetType().Name) 'See the logs.'
}
