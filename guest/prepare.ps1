# PeerLab preparation, contract 1
<#
.SYNOPSIS
Prepares a Windows machine for peer networking; run as LocalSystem by a managed run command.
.DESCRIPTION
The last line of output is the PreparationReport as ASCII JSON. On failure the exit code is 1 and the last line on
standard error is the GuestFailure. May be run again after any interruption.
.PARAMETER Settings
PreparationSettings: base64 of the UTF-8 bytes of the JSON. Nothing secret: parameters stay readable on the disk.
.PARAMETER Attempt
Any text. Azure runs a run command again only where a property differs.
#>
param(
    [string]$Settings = '',
    [string]$Attempt = ''
)

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'

# === shared functions ===

$script:ReportLimit = 3500
$script:SystemSid = 'S-1-5-18'
$script:AdministratorsSid = 'S-1-5-32-544'

function ConvertFrom-Setting {
    <#
    .SYNOPSIS
    The checked settings out of the parameter.
    #>
    param([Parameter(Mandatory = $true)][AllowEmptyString()][string]$Text)
    try {
        $json = [System.Text.Encoding]::UTF8.GetString([Convert]::FromBase64String($Text))
    }
    catch {
        throw (New-RequestFailure -Path 'Settings' -Value $Text -Allowed 'base64 of the UTF-8 bytes of a JSON object')
    }
    $settings = ConvertFrom-JsonText -Text $json
    Assert-KnownField -Object $settings -Path 'Settings' -Allowed @('contract', 'labUser', 'networking', 'outboundTest', 'openSshMsi')
    if ((Get-Field -Object $settings -Name 'contract') -ne $script:ContractVersion) {
        throw (New-PeerFailure -Code 'ContractMismatch' -Message ('This preparation speaks contract {0}.' -f $script:ContractVersion) -Hint 'Use the preparation that belongs to the library.')
    }
    $null = Get-TextField -Object $settings -Name 'labUser' -Pattern '^[^"/\\\[\]:;|=,+*?<>@\s]{1,20}\z' -Allowed 'a local user name'
    $null = Get-TextField -Object $settings -Name 'openSshMsi' -Pattern '^https://\S+\z' -Allowed 'an https address' -Optional
    $addresses = Get-Field -Object $settings -Name 'outboundTest'
    if ($addresses -isnot [array] -or @($addresses | Where-Object -FilterScript { $_ -isnot [string] -or $_ -notmatch '^https://\S+\z' }).Count -gt 0) {
        throw (New-RequestFailure -Path 'outboundTest' -Value $addresses -Allowed 'a list of https addresses')
    }
    Assert-Networking -Networking (Get-Field -Object $settings -Name 'networking')
    return $settings
}

function Test-Outbound {
    <#
    .SYNOPSIS
    Proves within a minute that every address answers with anything at all; fails by name where one does not.
    #>
    param([Parameter(Mandatory = $true)][AllowEmptyCollection()][string[]]$Address)
    # Older images negotiate TLS 1.0 by default.
    [System.Net.ServicePointManager]::SecurityProtocol = [System.Net.ServicePointManager]::SecurityProtocol -bor [System.Net.SecurityProtocolType]::Tls12
    $end = [DateTime]::UtcNow.AddSeconds(55)
    foreach ($uri in $Address) {
        $answered = $false
        $problem = 'no time was left'
        while (-not $answered -and [DateTime]::UtcNow -lt $end) {
            try {
                $request = [System.Net.WebRequest]::Create($uri)
                $request.Timeout = [Math]::Max(1000, [Math]::Min(15000, [int]($end - [DateTime]::UtcNow).TotalMilliseconds))
                $request.GetResponse().Close()
                $answered = $true
            }
            catch {
                $inner = $_.Exception.GetBaseException()
                if ($_.Exception.InnerException -is [System.Net.WebException]) {
                    $inner = $_.Exception.InnerException
                }
                $problem = $inner.GetType().Name
                if ($inner -is [System.Net.WebException]) {
                    $problem = [string]$inner.Status
                    # An HTTP error is an answer too, and so is a certificate in another name: download hosts are shared.
                    $answered = $null -ne $inner.Response -or 'TrustFailure' -eq $problem
                }
                if (-not $answered) {
                    Start-Sleep -Seconds 1
                }
            }
        }
        if (-not $answered) {
            throw (New-PeerFailure -Code 'OutboundBlocked' -Message ('{0} does not answer: {1}.' -f $uri, $problem) -Hint 'Give the machine a way out (a public address, a NAT gateway), or an image that brings an SSH server and an empty outboundTest.')
        }
    }
}

function New-AccessRule {
    <#
    .SYNOPSIS
    An inherited allow rule for an account.
    #>
    param([Parameter(Mandatory = $true)][System.Security.Principal.SecurityIdentifier]$Sid, [Parameter(Mandatory = $true)][string]$Rights)
    return New-Object -TypeName System.Security.AccessControl.FileSystemAccessRule -ArgumentList $Sid, $Rights, 'ContainerInherit, ObjectInherit', 'None', 'Allow'
}

function Set-Folder {
    <#
    .SYNOPSIS
    A folder with exactly the given rights and no inherited ones. Refuses a folder that someone else made before us: in
    ProgramData every user may make one.
    .PARAMETER BelowOurs
    Set where the folder above is ours already: nobody else can have put anything into this one, and who runs this may have no
    right to look into it.
    #>
    param([Parameter(Mandatory = $true)][string]$Path, [Parameter(Mandatory = $true)][object[]]$Rule, [switch]$BelowOurs)
    $existed = Test-Path -LiteralPath $Path
    if ($existed) {
        $item = Get-Item -LiteralPath $Path -Force
        $owner = (Get-Acl -LiteralPath $Path).GetOwner([System.Security.Principal.SecurityIdentifier]).Value
        if (-not $item.PSIsContainer -or ($item.Attributes -band [System.IO.FileAttributes]::ReparsePoint) -or @($script:SystemSid, $script:AdministratorsSid) -notcontains $owner) {
            throw (New-PeerFailure -Code 'GuestFolderNotOurs' -Message ('{0} is not a plain folder of the system or the administrators (owner {1}).' -f $Path, $owner) -Hint 'Find out who made it; rename or remove it, then prepare the machine again.')
        }
    }
    else {
        $null = New-Item -ItemType Directory -Path $Path
    }
    $security = New-Object -TypeName System.Security.AccessControl.DirectorySecurity
    $security.SetAccessRuleProtection($true, $false)
    foreach ($one in $Rule) {
        $security.AddAccessRule($one)
    }
    Set-Acl -LiteralPath $Path -AclObject $security
    if (-not $existed) {
        if (-not $BelowOurs -and @(Get-ChildItem -LiteralPath $Path -Force).Count -gt 0) {
            throw (New-PeerFailure -Code 'GuestFolderNotOurs' -Message ('{0} was filled by someone else while it was made.' -f $Path) -Hint 'Remove the folder and prepare the machine again.')
        }
        'folder {0} made' -f $Path
    }
}

function Set-GuestFolder {
    <#
    .SYNOPSIS
    The folder of the guest files, which the lab user may read and run, and a working folder of the lab user alone.
    #>
    param([Parameter(Mandatory = $true)][string]$LabUser)
    try {
        $account = New-Object -TypeName System.Security.Principal.NTAccount -ArgumentList $env:COMPUTERNAME, $LabUser
        $user = $account.Translate([System.Security.Principal.SecurityIdentifier])
    }
    catch {
        throw (New-RequestFailure -Path 'labUser' -Value $LabUser -Allowed 'a user of this machine')
    }
    Set-Folder -Path $script:GuestDirectory -Rule @(
        (New-AccessRule -Sid $script:SystemSid -Rights 'FullControl'),
        (New-AccessRule -Sid $script:AdministratorsSid -Rights 'FullControl'),
        (New-AccessRule -Sid $user -Rights 'ReadAndExecute')
    )
    Set-Folder -Path ($script:GuestDirectory + '/work') -Rule @((New-AccessRule -Sid $user -Rights 'FullControl')) -BelowOurs
}

function ConvertTo-PreparationReport {
    <#
    .SYNOPSIS
    The report as one line that fits into the 4 KB of output that Azure keeps; a long list of changes is cut and says so.
    #>
    param([Parameter(Mandatory = $true)][System.Collections.IDictionary]$Report)
    $json = ConvertTo-AsciiJson -Value $Report
    $all = @($Report['changed'])
    $kept = $all.Count
    while ($json.Length -gt $script:ReportLimit -and $kept -gt 0) {
        $kept--
        $Report['changed'] = [string[]](@($all | Select-Object -First $kept) + ('and {0} more' -f ($all.Count - $kept)))
        $json = ConvertTo-AsciiJson -Value $Report
    }
    return $json
}

try {
    $null = $Attempt
    $wanted = ConvertFrom-Setting -Text $Settings
    Test-Outbound -Address ([string[]]@($wanted['outboundTest']))
    $changed = @(Set-GuestFolder -LabUser $wanted['labUser'])
    $changed += @(Set-NetworkingState -Networking $wanted['networking'])
    $origin = Install-SshServer -MsiAddress (Get-Field -Object $wanted -Name 'openSshMsi') -Directory $script:GuestDirectory
    if ('present' -ne $origin) {
        $changed += 'SSH server installed ({0})' -f $origin
    }
    $changed += @(Start-SshServer)
    # The first start makes the host keys and the configuration.
    Wait-SshServer
    $options = @(Set-SshdOption -User $wanted['labUser'])
    $restarts = @(Restart-ChangedSshServer)
    $changed += $options + $restarts
    if ($restarts.Count -gt 0) {
        Wait-SshServer
    }
    $report = Get-MachineFact
    $report['hostKey'] = Get-SshHostKey
    $report['openSsh'] = $origin
    $report['changed'] = [string[]]@($changed)
    $report['rebootPending'] = [bool](Test-RebootPending)
    Write-Output -InputObject (ConvertTo-PreparationReport -Report $report)
    exit 0
}
catch {
    [Console]::Error.WriteLine((ConvertTo-AsciiJson -Value (ConvertTo-GuestFailure -ErrorRecord $_)))
    exit 1
}
