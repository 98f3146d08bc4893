# The actions of the guest contract. Each takes a request that is already bound to this machine and these files, and
# returns the report; a failure is thrown (New-PeerFailure). Every action may be run again after any interruption.

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'

# Windows PowerShell takes compiler warnings for errors, and a newer framework may find one in what is right for the old.
$sources = @('PeerCodes.cs', 'PeerNative.cs', 'CryptoMethods.cs', 'PeerKeys.cs') | ForEach-Object -Process { Join-Path -Path $PSScriptRoot -ChildPath $_ }
$references = @('System', 'System.Core', 'System.Xml')
if ($PSVersionTable.PSVersion.Major -ge 6) {
    Add-Type -Path $sources -IgnoreWarnings
}
else {
    Add-Type -Path $sources -IgnoreWarnings -ReferencedAssemblies $references
}

. (Join-Path -Path $PSScriptRoot -ChildPath 'PeerCommon.ps1')
. (Join-Path -Path $PSScriptRoot -ChildPath 'PeerRequest.ps1')
. (Join-Path -Path $PSScriptRoot -ChildPath 'PeerFirewall.ps1')
. (Join-Path -Path $PSScriptRoot -ChildPath 'PeerSeedPolicy.ps1')
. (Join-Path -Path $PSScriptRoot -ChildPath 'PeerNetworking.ps1')
. (Join-Path -Path $PSScriptRoot -ChildPath 'PeerIdentity.ps1')
. (Join-Path -Path $PSScriptRoot -ChildPath 'PeerLedger.ps1')
. (Join-Path -Path $PSScriptRoot -ChildPath 'PeerCapability.ps1')
. (Join-Path -Path $PSScriptRoot -ChildPath 'PeerLogon.ps1')

$script:ActionMinutes = 20

function Start-ActionWatchdog {
    <#
    .SYNOPSIS
    Ends the process with TimedOut when an action hangs in a service: the SSH client has no limit of its own.
    #>
    param([Parameter(Mandatory = $true)][string]$Action)
    $failure = [ordered]@{
        code    = 'TimedOut'
        message = '{0} did not end within {1} minutes.' -f $Action, $script:ActionMinutes
        hint    = 'Check the services PNRPsvc, p2pimsvc and p2psvc of the machine, then run this again.'
    }
    [PeerLab.Watchdog]::Start($script:ActionMinutes, (ConvertTo-AsciiJson -Value $failure))
}

function Stop-ActionWatchdog {
    <#
    .SYNOPSIS
    Stops the clock of Start-ActionWatchdog.
    #>
    param()
    [PeerLab.Watchdog]::Stop()
}

function Set-OpenedIn {
    <#
    .SYNOPSIS
    Notes where this process opens the user's keys: session or task.
    #>
    param([Parameter(Mandatory = $true)][ValidateSet('session', 'task')][string]$Value)
    $script:OpenedIn = $Value
}

function New-Report {
    <#
    .SYNOPSIS
    The answer of an action: its name, the facts of the machine, and the fields of the action.
    #>
    param([Parameter(Mandatory = $true)][string]$Action, [System.Collections.IDictionary]$Field = @{})
    $report = Get-MachineFact -Instance $script:Instance
    $report['action'] = $Action
    foreach ($name in $Field.Keys) {
        $report[$name] = $Field[$name]
    }
    return $report
}

function Get-PendingChange {
    <#
    .SYNOPSIS
    What is wanted and waits: reboot, or nothing.
    #>
    param()
    if (Test-RebootPending) {
        'reboot'
    }
}

function Set-IdentitySection {
    <#
    .SYNOPSIS
    Brings the identities of a scope to the wanted list; returns the fields changed and identities of the report.
    .PARAMETER Test
    Changes nothing, and returns drift instead of changed.
    #>
    param([Parameter(Mandatory = $true)][object]$Section, [switch]$Test)
    $field = 'changed'
    if ($Test) {
        $field = 'drift'
    }
    $wanted = Get-Field -Object $Section -Name 'wanted'
    $exclusive = $true -eq (Get-Field -Object $Section -Name 'exclusive')
    try {
        Assert-PeerStack
    }
    catch {
        $known = @(Get-Ledger | Where-Object -FilterScript { $exclusive -or $_.scope -ceq $Section.scope })
        if ($wanted.Count -gt 0 -or $known.Count -gt 0) {
            throw
        }
        # Nothing wanted and nothing put here: a machine without the stack can do that.
        return [ordered]@{ $field = [string[]]@(); identities = [object[]]@() }
    }
    $phrases = @(Sync-Identity -Scope $Section.scope -Wanted $wanted -Exclusive:$exclusive -Test:$Test)
    $entries = @($wanted | ForEach-Object -Process { Find-Identity -PeerName $_.peerName } | Where-Object -FilterScript { $null -ne $_ })
    $facts = @($entries | ForEach-Object -Process { Get-IdentityFact -Entry $_ })
    return [ordered]@{ $field = [string[]]$phrases; identities = [object[]]$facts }
}

function Assert-MachineRequest {
    <#
    .SYNOPSIS
    Checks all of a request for a machine's state, before anything is changed.
    #>
    param([Parameter(Mandatory = $true)][object]$Request)
    Assert-KnownField -Object $Request -Path 'request' -Allowed ($script:EnvelopeField + @('networking', 'identities'))
    $networking = Get-Field -Object $Request -Name 'networking'
    $identities = Get-Field -Object $Request -Name 'identities'
    if ($null -ne $networking) {
        Assert-Networking -Networking $networking
    }
    if ($null -ne $identities) {
        Assert-IdentitySection -Section $identities
    }
}

function Set-PeerMachine {
    <#
    .SYNOPSIS
    Brings everything of ours on this machine to the given state and says what it changed and what holds now.
    #>
    param([Parameter(Mandatory = $true)][object]$Request)
    Assert-MachineRequest -Request $Request
    $networking = Get-Field -Object $Request -Name 'networking'
    $identities = Get-Field -Object $Request -Name 'identities'
    $changed = @()
    if ($null -ne $networking) {
        $changed += @(Set-NetworkingState -Networking $networking -InSession)
    }
    $fields = [ordered]@{}
    if ($null -ne $identities) {
        $section = Invoke-WithUserKey -Action 'Set-PeerMachine' -Request $Request -Body { Set-IdentitySection -Section $identities }
        $changed += @($section.changed)
        $fields['identities'] = [object[]]@($section.identities)
    }
    if ($null -ne $networking) {
        $fields['networking'] = Get-NetworkingFact
    }
    $fields['changed'] = [string[]]@($changed)
    $fields['pending'] = [string[]]@(Get-PendingChange)
    return New-Report -Action 'Set-PeerMachine' -Field $fields
}

function Test-PeerMachine {
    <#
    .SYNOPSIS
    Says what Set-PeerMachine would change of the same request, and changes nothing.
    #>
    param([Parameter(Mandatory = $true)][object]$Request)
    Assert-MachineRequest -Request $Request
    $networking = Get-Field -Object $Request -Name 'networking'
    $identities = Get-Field -Object $Request -Name 'identities'
    $drift = @()
    $fields = [ordered]@{}
    if ($null -ne $networking) {
        $drift += @(Set-NetworkingState -Networking $networking -InSession -Test)
        $fields['networking'] = Get-NetworkingFact
    }
    $pending = @(Get-PendingChange)
    if ($null -ne $identities) {
        try {
            $section = Invoke-WithUserKey -Action 'Test-PeerMachine' -Request $Request -Body { Set-IdentitySection -Section $identities -Test }
            $drift += @($section.drift)
            $fields['identities'] = [object[]]@($section.identities)
        }
        catch {
            # What keeps the stack from running may be what was just found; Set-PeerMachine would put that right first.
            if ($drift.Count + $pending.Count -eq 0) {
                throw
            }
            $drift += 'identities cannot be read: {0}' -f (Get-FailureCode -ErrorRecord $_)
        }
    }
    $fields['drift'] = [string[]]@($drift)
    $fields['pending'] = [string[]]$pending
    return New-Report -Action 'Test-PeerMachine' -Field $fields
}

function Test-PeerCapability {
    <#
    .SYNOPSIS
    Starts the stack and makes, uses and deletes an identity; fails with the name of what does not answer.
    #>
    param([Parameter(Mandatory = $true)][object]$Request)
    Assert-KnownField -Object $Request -Path 'request' -Allowed $script:EnvelopeField
    return Invoke-WithUserKey -Action 'Test-PeerCapability' -Request $Request -Body {
        Assert-PeerStack
        $capability = Get-CapabilityFact -Thorough
        Assert-Capability -Capability $capability
        New-Report -Action 'Test-PeerCapability' -Field $capability
    }
}

function Set-PeerNetworking {
    <#
    .SYNOPSIS
    The networking section alone.
    #>
    param([Parameter(Mandatory = $true)][object]$Request)
    Assert-KnownField -Object $Request -Path 'request' -Allowed ($script:EnvelopeField + @('networking'))
    $networking = Get-Field -Object $Request -Name 'networking'
    Assert-Networking -Networking $networking
    $changed = @(Set-NetworkingState -Networking $networking -InSession)
    return New-Report -Action 'Set-PeerNetworking' -Field ([ordered]@{
            changed    = [string[]]$changed
            pending    = [string[]]@(Get-PendingChange)
            networking = Get-NetworkingFact
        })
}

function Export-PeerIdentity {
    <#
    .SYNOPSIS
    Finds the identity by its friendly name, or makes it, and exports it. Never makes a second one of the same name.
    #>
    param([Parameter(Mandatory = $true)][object]$Request)
    Assert-KnownField -Object $Request -Path 'request' -Allowed ($script:EnvelopeField + @('friendlyName', 'classifier', 'exportPassword'))
    $friendlyName = Get-TextField -Object $Request -Name 'friendlyName' -Pattern '(?s)^.{1,255}$' -Allowed '1 to 255 characters'
    $classifier = Get-TextField -Object $Request -Name 'classifier' -Pattern '^[^\x00]{1,149}$' -Allowed '1 to 149 characters'
    $password = Get-TextField -Object $Request -Name 'exportPassword'
    return Invoke-WithUserKey -Action 'Export-PeerIdentity' -Request $Request -Body {
        Assert-PeerStack
        $found = @([PeerLab.PeerIdentities]::List() | Where-Object -FilterScript { $_.FriendlyName -ceq $friendlyName })
        if ($found.Count -gt 1) {
            throw (New-PeerFailure -Code 'PeerIdentityAmbiguous' -Message ('{0} identities have the friendly name {1}.' -f $found.Count, $friendlyName) -Hint 'Remove all but the one whose peer name is known (Get-PeerIdentity, Remove-PeerIdentity).')
        }
        $created = $found.Count -eq 0
        if ($created) {
            $name = [PeerLab.PeerIdentities]::Create($classifier, $friendlyName)
        }
        else {
            $name = $found[0].PeerName
        }
        $facts = Get-IdentityFact -Entry (Find-Identity -PeerName $name)
        if (-not $facts['usable']) {
            throw (New-PeerFailure -Code 'PeerIdentityUnusable' -Message ('The key of {0} ({1}) does not sign.' -f $name, $friendlyName) -Hint 'Remove the identity with Remove-PeerIdentity; a new one will have another peer name.')
        }
        if ($facts['peerName'] -cne $name) {
            throw (New-PeerFailure -Code 'PeerIdentityMismatch' -Message ('Windows lists {0}, but its key belongs to {1}.' -f $name, $facts['peerName']) -Hint 'Remove the identity with Remove-PeerIdentity; a new one will have another peer name.')
        }
        $bytes = [System.Text.Encoding]::Unicode.GetBytes([PeerLab.PeerIdentities]::Export($name, $password))
        New-Report -Action 'Export-PeerIdentity' -Field ([ordered]@{
                peerName         = $name
                created          = $created
                exportedIdentity = [Convert]::ToBase64String($bytes)
            })
    }
}

function Import-PeerIdentity {
    <#
    .SYNOPSIS
    Imports one identity, or says that it was there; without a peer name, whichever the export holds.
    #>
    param([Parameter(Mandatory = $true)][object]$Request)
    Assert-KnownField -Object $Request -Path 'request' -Allowed ($script:EnvelopeField + $script:WantedField)
    Assert-WantedIdentity -Wanted $Request -Path '' -NameOptional
    return Invoke-WithUserKey -Action 'Import-PeerIdentity' -Request $Request -Body {
        Assert-PeerStack
        $result = Install-WantedIdentity -Wanted $Request
        New-Report -Action 'Import-PeerIdentity' -Field ([ordered]@{
                imported = $result.Imported
                identity = Get-IdentityFact -Entry (Find-Identity -PeerName $result.PeerName)
            })
    }
}

function Get-PeerIdentity {
    <#
    .SYNOPSIS
    The identities of the lab user, or the one asked for.
    #>
    param([Parameter(Mandatory = $true)][object]$Request)
    Assert-KnownField -Object $Request -Path 'request' -Allowed ($script:EnvelopeField + @('peerName'))
    $peerName = Get-TextField -Object $Request -Name 'peerName' -Pattern $script:PeerNamePattern -Allowed '40 hex digits, a dot and a classifier' -Optional
    return Invoke-WithUserKey -Action 'Get-PeerIdentity' -Request $Request -Body {
        Assert-PeerStack
        $entries = @([PeerLab.PeerIdentities]::List() | Where-Object -FilterScript { $null -eq $peerName -or $_.PeerName -ceq $peerName })
        New-Report -Action 'Get-PeerIdentity' -Field ([ordered]@{
                identities = [object[]]@($entries | ForEach-Object -Process { Get-IdentityFact -Entry $_ })
            })
    }
}

function Remove-PeerIdentity {
    <#
    .SYNOPSIS
    Removes one identity with its groups, or says that it was not there.
    #>
    param([Parameter(Mandatory = $true)][object]$Request)
    Assert-KnownField -Object $Request -Path 'request' -Allowed ($script:EnvelopeField + @('peerName'))
    $peerName = Get-TextField -Object $Request -Name 'peerName' -Pattern $script:PeerNamePattern -Allowed '40 hex digits, a dot and a classifier'
    return Invoke-WithUserKey -Action 'Remove-PeerIdentity' -Request $Request -Body {
        Assert-PeerStack
        $present = $null -ne (Find-Identity -PeerName $peerName)
        if ($present) {
            Clear-Identity -PeerName $peerName
        }
        New-Report -Action 'Remove-PeerIdentity' -Field ([ordered]@{ removed = $present })
    }
}

function Get-PeerReport {
    <#
    .SYNOPSIS
    Everything about this machine; changes nothing.
    #>
    param([Parameter(Mandatory = $true)][object]$Request)
    Assert-KnownField -Object $Request -Path 'request' -Allowed $script:EnvelopeField
    return Invoke-WithUserKey -Action 'Get-PeerReport' -Request $Request -Body {
        $capability = Get-CapabilityFact
        $identities = @()
        if ('S_OK' -eq $capability['stack']['identity']) {
            $identities = @([PeerLab.PeerIdentities]::List() | ForEach-Object -Process { Get-IdentityFact -Entry $_ })
        }
        New-Report -Action 'Get-PeerReport' -Field ([ordered]@{ capability = $capability; identities = [object[]]$identities })
    }
}

Export-ModuleMember -Function @(
    'Set-PeerMachine', 'Test-PeerMachine', 'Test-PeerCapability', 'Set-PeerNetworking', 'Export-PeerIdentity',
    'Import-PeerIdentity', 'Get-PeerIdentity', 'Remove-PeerIdentity', 'Get-PeerReport',
    'Assert-RequestedMachine', 'ConvertTo-AsciiJson', 'ConvertTo-GuestFailure', 'Get-RequestSecret', 'Set-OpenedIn',
    'Start-ActionWatchdog', 'Stop-ActionWatchdog'
)
