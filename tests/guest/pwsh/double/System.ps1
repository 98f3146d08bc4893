# Objects that only Windows has, rights on files, users, jobs, processes, downloads, and the seams.

function New-Object {
    [CmdletBinding()]
    param(
        [Parameter(Position = 0)][string]$TypeName, [Parameter(Position = 1)][object[]]$ArgumentList, [string]$ComObject,
        [System.Collections.IDictionary]$Property, [switch]$Strict
    )
    $ErrorActionPreference = Get-CallerPreference -Cmdlet $PSCmdlet
    if ('Schedule.Service' -eq $ComObject) {
        return New-DoubleScheduler
    }
    if ('System.Security.Principal.NTAccount' -eq $TypeName) {
        return Add-DoubleMethod -Object ([pscustomobject]@{ Name = $ArgumentList[-1] }) -Method @{
            Translate = {
                param($Type)
                $state = Read-DoubleState
                if ($state['user'] -ne $this.Name) {
                    throw [System.InvalidOperationException]::new('Some or all identity references could not be translated.')
                }
                return $state['userSid']
            }
        }
    }
    if ('System.Security.AccessControl.DirectorySecurity' -eq $TypeName) {
        return New-DoubleSecurity
    }
    # Called as it was, and the caller's own list is not taken apart by this function's.
    return Microsoft.PowerShell.Utility\New-Object @PSBoundParameters
}

function New-DoubleSecurity {
    # The rights on a folder: rules as texts.
    param([string]$Owner = 'S-1-5-32-544', [object[]]$Rule = @())
    $security = [pscustomobject]@{ OwnerSid = $Owner; Rules = [System.Collections.ArrayList]@($Rule); Protected = $false }
    return Add-DoubleMethod -Object $security -Method @{
        GetOwner                = { param($Type) [pscustomobject]@{ Value = $this.OwnerSid } }
        SetOwner                = { param($Sid) $this.OwnerSid = [string]$Sid }
        SetAccessRuleProtection = { param($IsProtected, $Preserve) $this.Protected = [bool]$IsProtected }
        AddAccessRule           = { param($Rule) $null = $this.Rules.Add([string]$Rule.Text) }
        SetAccessRule           = { param($Rule) $null = $this.Rules.Add([string]$Rule.Text) }
    }
}

function Get-Acl {
    [CmdletBinding()]
    param([Parameter(Position = 0)][string]$Path, [string]$LiteralPath)
    $state = Read-DoubleState
    $owner = 'S-1-5-32-544'
    $known = $state['owners'][$LiteralPath + $Path]
    if ($known) {
        $owner = $known
    }
    return New-DoubleSecurity -Owner $owner -Rule @($state['acls'][$LiteralPath + $Path] | Where-Object -FilterScript { $_ })
}

function Set-Acl {
    [CmdletBinding()]
    param([Parameter(Position = 0)][string]$Path, [string]$LiteralPath, [Parameter(Position = 1)][object]$AclObject, [switch]$Passthru)
    Add-DoubleCall -Command 'Set-Acl' -Parameter @{ Path = ($LiteralPath + $Path); Rules = @($AclObject.Rules); Protected = $AclObject.Protected }
    Edit-DoubleState -Body { param($state) $state['acls'][$LiteralPath + $Path] = [string[]]@($AclObject.Rules) }
}

function New-DoubleAccessRule {
    param([string]$Sid, [string]$Rights)
    return [pscustomobject]@{ Text = ('{0}:{1}' -f $Sid, $Rights) }
}

function Get-DoubleAccount {
    param()
    $state = Read-DoubleState
    return [pscustomobject]@{ Name = ('{0}\{1}' -f $env:COMPUTERNAME, $state['user']); User = $state['user']; Sid = $state['userSid'] }
}

function Get-DoubleMetadataText {
    # Of the image nothing is told.
    param([string]$Name)
    if ('vmId' -eq $Name) {
        return (Read-DoubleState)['instance']
    }
    return ''
}

function Grant-DoubleAccountRight {
    param([string]$Right)
    Add-DoubleCall -Command 'LsaAddAccountRights' -Parameter @{ Right = $Right }
    Edit-DoubleState -Body {
        param($state)
        $state['accountRights'] = [string[]]@(@($state['accountRights']) + $Right | Sort-Object -Unique)
        $state['lostRights'] = [string[]]@($state['lostRights'] | Where-Object -FilterScript { $_ -cne $Right })
    }
}

function Test-DoubleAccountRight {
    param([string]$Right)
    return (@((Read-DoubleState)['accountRights']) -ccontains $Right)
}

function New-DoubleUserPipe {
    # Without the access list, which exists on Windows alone.
    param([string]$Name)
    Add-DoubleCall -Command 'CreateNamedPipe'
    return [System.IO.Pipes.NamedPipeServerStream]::new($Name, 'InOut', 1, 'Byte', 'Asynchronous', 65536, 65536)
}

function Write-DoublePipeLine {
    # Without waiting for the other side, which a pipe can on Windows alone; here what is written stays readable.
    [CmdletBinding()]
    param([string]$Text)
    $stream = $PSCmdlet.SessionState.PSVariable.GetValue('pipeStream')
    $bytes = [System.Text.Encoding]::ASCII.GetBytes($Text + "`n")
    $stream.Write($bytes, 0, $bytes.Length)
    $stream.Flush()
}

function Wait-DoubleSshServer {
    param()
    if ('Running' -ne (Get-Service -Name 'sshd').Status) {
        throw 'sshd does not run.'
    }
}

function Get-LocalUser {
    [CmdletBinding()]
    param([Parameter(Position = 0)][string]$Name, [object]$SID)
    $state = Read-DoubleState
    if ($Name -and $state['user'] -ne $Name) {
        Write-DoubleError -Cmdlet $PSCmdlet -Message ('User {0} was not found.' -f $Name)
        return
    }
    $expires = [DateTime]::Now.AddDays(42)
    if ($state['passwordNeverExpires']) {
        $expires = $null
    }
    return [pscustomobject]@{
        Name = $state['user']; Enabled = $true; SID = $state['userSid']; PasswordExpires = $expires
        PasswordLastSet = [System.IO.File]::GetLastWriteTime($script:Machine + '/password')
    }
}

function Set-LocalUser {
    [CmdletBinding()]
    param([Parameter(Position = 0)][string]$Name, [object]$SID, [bool]$PasswordNeverExpires)
    Add-DoubleCall -Command 'Set-LocalUser' -Parameter $PSBoundParameters
    Edit-DoubleState -Body { param($state) $state['passwordNeverExpires'] = $PasswordNeverExpires }
}

function Start-Job {
    # In this process: a process of its own would not have the double.
    [CmdletBinding()]
    param([scriptblock]$ScriptBlock, [object[]]$ArgumentList, [string]$Name)
    $job = [pscustomobject]@{ State = 'Completed'; Output = @(); Failure = $null }
    try {
        $job.Output = @(& $ScriptBlock @ArgumentList)
    }
    catch {
        $job.State = 'Failed'
        $job.Failure = $_
    }
    return $job
}

function Wait-Job {
    [CmdletBinding()]
    param([object]$Job, [int]$Timeout)
    return $Job
}

function Receive-Job {
    [CmdletBinding()]
    param([object]$Job, [switch]$Keep)
    if ($null -ne $Job.Failure) {
        $PSCmdlet.ThrowTerminatingError($Job.Failure)
    }
    return $Job.Output
}

function Remove-Job {
    [CmdletBinding()]
    param([object]$Job, [switch]$Force)
}

function Invoke-WebRequest {
    [CmdletBinding()]
    param([string]$Uri, [string]$OutFile, [switch]$UseBasicParsing, [int]$TimeoutSec)
    Add-DoubleCall -Command 'Invoke-WebRequest' -Parameter @{ Uri = $Uri }
    [System.IO.File]::WriteAllText($ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($OutFile), 'package')
}

function Get-AuthenticodeSignature {
    [CmdletBinding()]
    param([string]$FilePath, [string]$LiteralPath)
    return [pscustomobject]@{ Status = (Read-DoubleState)['packageSignature'] }
}

function Start-Process {
    [CmdletBinding()]
    param([string]$FilePath, [string[]]$ArgumentList, [switch]$Wait, [switch]$PassThru, [switch]$NoNewWindow)
    Add-DoubleCall -Command 'Start-Process' -Parameter @{ FilePath = $FilePath; ArgumentList = $ArgumentList }
    if ($FilePath -match 'msiexec') {
        Add-DoubleSshServer
    }
    if ($PassThru) {
        return [pscustomobject]@{ ExitCode = 0; HasExited = $true; Id = 0 }
    }
}
